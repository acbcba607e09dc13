"""`make bench`: the worker against a bare loop, in one run, on one broker, in turn.

Prints events/s, CPU per event of worker and broker, microseconds per stage, peak memory, and the
latency from append to a read_committed balance at a steady rate; medians, and ratios of pairs.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import statistics
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from processors.runtime.broker import server
from tests.bench import programs, stages
from tests.bench.latency import RATE, Latency, latency
from tests.bench.throughput import Throughput, throughput

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from processors.runtime.broker.node import Broker

SIDES = ("ledger", "bare")
THROUGHPUT = (
    "events/s",
    "CPU s/million events (= us/event)",
    "broker CPU s/million events",
    "records written/event",
    "peak memory, MiB",
)
LATENCY = ("p50, ms", "p95, ms", "p99, ms")

Pairs = dict[str, list[tuple[float, ...]]]


def main() -> None:
    """Run both sides in turn, and print medians and ratios."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=10, help="of the steady rate, each round")
    options = parser.parse_args()
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # leaders of topics just created
    measured = stages.measure()
    with tempfile.TemporaryDirectory(prefix="loyalty-bench-") as folder:
        home, log = Path(folder) / "broker", Path(folder) / "sides.log"
        broker = server.start(home, heap_mb=512, fast=False)
        try:
            _throughputs(broker, options, log, measured)
            _latencies(broker, options, log)
        finally:
            server.stop(home)
    programs.show(programs.measure())


def in_turn(
    rounds: int, measure: Callable[[str, int], Coroutine[Any, Any, tuple[float, ...]]]
) -> Pairs:
    """Both sides, one after the other, so many times."""
    found: Pairs = {side: [] for side in SIDES}
    for turn in range(rounds):
        for side, rows in found.items():
            rows.append(asyncio.run(measure(side, turn)))
    return found


def show(title: str, names: Sequence[str], found: Pairs) -> None:
    """Medians of both sides, and the median of the ratios of their pairs."""
    print(f"{title:<40} {'ledger':>10} {'bare':>10} {'ratio':>8}")
    columns = zip(*(zip(*found[side], strict=True) for side in SIDES), strict=True)
    for name, (ours, bare) in zip(names, columns, strict=True):
        ratio = statistics.median(one / other for one, other in zip(ours, bare, strict=True))
        medians = statistics.median(ours), statistics.median(bare)
        print(f"  {name:<38} {medians[0]:>10,.1f} {medians[1]:>10,.1f} {ratio:>8.2f}", flush=True)


def _throughputs(
    broker: Broker, options: argparse.Namespace, log: Path, measured: stages.Stages
) -> None:
    def measure(side: str, turn: int) -> Coroutine[Any, Any, Throughput]:
        return throughput(side, broker, f"b{turn}-{side}.", options.events, log)

    found = in_turn(options.rounds, measure)
    show(f"{options.events:,} preloaded events, medians of {options.rounds}", THROUGHPUT, found)
    worker = statistics.median(row[Throughput._fields.index("cpu_us")] for row in found["ledger"])
    rows = {**measured._asdict(), "all else, commits above all": worker - sum(measured)}
    print("of the worker's CPU microseconds per event, by stage, measured without a broker:")
    for name, spent in rows.items():
        print(f"  {name:<38} {spent:>10,.1f}")


def _latencies(broker: Broker, options: argparse.Namespace, log: Path) -> None:
    if not options.seconds:
        return

    def measure(side: str, turn: int) -> Coroutine[Any, Any, Latency]:
        return latency(side, broker, f"l{turn}-{side}.", options.seconds, log)

    found = in_turn(options.rounds, measure)
    show(f"append to balance, {RATE:,} events/s", LATENCY, found)


if __name__ == "__main__":
    main()
