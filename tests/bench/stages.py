"""CPU time of each stage of the fold, measured without a broker."""

from __future__ import annotations

import gc
import time
from typing import TYPE_CHECKING, NamedTuple

from processors.engine import engine_of
from processors.partition import Partition
from processors.programs.load import load
from processors.runtime.app import COLLECTOR
from schemas.intake import read
from tests.bench.load import purchases

if TYPE_CHECKING:
    from collections.abc import Callable

    from processors.accounts.account import Account
    from processors.inputs import History, Input, NeedsHistory, Step
    from processors.programs.compiled import Program

    StepFunction = Callable[[Account, Input, Program, History | None], Step | NeedsHistory]

MICRO = 1_000_000


class Stages(NamedTuple):
    """Microseconds of CPU per event."""

    decode: float
    decide: float
    encode: float

    @property
    def fold(self) -> float:
        """All three."""
        return self.decode + self.decide + self.encode


def measure(events: int = 20_000, run: int = 2_000) -> Stages:
    """Fold purchases in runs, and time reading, deciding, and all that is written about them."""
    records = [
        record._replace(offset=offset)
        for offset, record in enumerate(purchases("purchases", events, 1))
    ]
    began = time.process_time()
    for record in records:
        read(record.value, record.headers)
    decode = time.process_time() - began
    gc.set_threshold(*COLLECTOR)
    spent = _Spent()
    program = load("starter")
    engine = engine_of(program, 1)
    partition = Partition(engine._replace(step=spent.timing(engine.step)), 0, 1)
    began = time.process_time()
    for first in range(0, len(records), run):
        partition.fold(records[first : first + run])
    whole = time.process_time() - began
    per = MICRO / events
    encode = max(0.0, whole - decode - spent.seconds)
    return Stages(decode * per, spent.seconds * per, encode * per)


class _Spent:
    """Time spent within one function. The clock itself costs a tenth of a microsecond a call."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def timing(self, step: StepFunction) -> StepFunction:
        """The same function, timed."""
        clock = time.process_time

        def timed(
            account: Account, item: Input, program: Program, history: History | None
        ) -> Step | NeedsHistory:
            began = clock()
            answer = step(account, item, program, history)
            self.seconds += clock() - began
            return answer

        return timed
