"""What deciding a two-line purchase costs under each program, against the starter program.

Measured in one run, interleaved, medians of several; CPU time, without a broker.
"""

from __future__ import annotations

import gc
import statistics
import time
from typing import NamedTuple

import orjson

from processors.engine import engine_of
from processors.partition import Fetched, Partition
from processors.programs.compiler import compile_program
from processors.programs.load import find, read
from processors.runtime.app import COLLECTOR
from processors.runtime.cli.library import systems
from tests.bench.load import purchases

EVENTS = 3_000
ROUNDS = 5


class Cost(NamedTuple):
    """Microseconds of CPU per purchase under a program, and how often starter's that is."""

    program: str
    microseconds: float
    ratio: float


def measure() -> list[Cost]:
    """Every program, the dearest first."""
    names = sorted({name for programs in systems().values() for name in programs})
    gc.set_threshold(*COLLECTOR)
    rounds: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(ROUNDS):
        for name in names:
            rounds[name].append(_fold(name))
    base = rounds["starter"]
    found = [
        Cost(
            name,
            statistics.median(spent),
            statistics.median(one / other for one, other in zip(spent, base, strict=True)),
        )
        for name, spent in rounds.items()
    ]
    return sorted(found, key=lambda cost: -cost.ratio)


def _fold(name: str) -> float:
    model = read(find(name))
    program = compile_program(model)
    newest = max(model.versions.values(), key=lambda version: version.effective_from)
    currency = (newest.currencies or ("USD",))[0]
    records = [_paid_in(record, currency) for record in purchases("p", EVENTS, 1)]
    partition = Partition(engine_of(program, 1), 0, 1)
    numbered = [record._replace(offset=offset) for offset, record in enumerate(records)]
    half = EVENTS // 2
    partition.fold(numbered[:half])
    began = time.process_time()
    partition.fold(numbered[half:])
    return (time.process_time() - began) / half * 1_000_000


def _paid_in(record: Fetched, currency: str) -> Fetched:
    event = orjson.loads(record.value or b"")
    event["data"]["currency"] = currency
    return record._replace(value=orjson.dumps(event))


def show(costs: list[Cost]) -> None:
    """The dearest ones, and starter."""
    print("deciding a two-line purchase, CPU microseconds and times starter's:")
    for cost in [*costs[:6], *(one for one in costs if one.program == "starter")]:
        print(f"  {cost.program:<22} {cost.microseconds:>8.1f} {cost.ratio:>6.2f}")


if __name__ == "__main__":
    show(measure())
