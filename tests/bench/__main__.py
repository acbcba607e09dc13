"""`make bench`: the worker against a bare loop, in one run, on one broker, in turn.

Prints events/s, CPU seconds per million events of worker and broker, microseconds per stage, peak
memory, and the latency from append to a read_committed balance at a steady rate.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from processors.runtime.broker import server
from tests.bench import programs, stages
from tests.bench.latency import RATE, Latency, latency
from tests.bench.throughput import Throughput, throughput

if TYPE_CHECKING:
    from processors.runtime.broker.node import Broker


def show(name: str, figures: NamedTuple) -> None:
    """One row for each figure."""
    for key, value in figures._asdict().items():
        print(f"  {name:<7} {key:<24} {value:>12,.1f}")


def main() -> None:
    """Run both sides in turn, and print medians and ratios."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=15, help="of the steady rate")
    options = parser.parse_args()
    measured = stages.measure()
    print("CPU microseconds per event, without a broker:")
    show("fold", measured)
    programs.show(programs.measure())
    with tempfile.TemporaryDirectory(prefix="loyalty-bench-") as folder:
        home, log = Path(folder) / "broker", Path(folder) / "sides.log"
        broker = server.start(home, heap_mb=512, fast=False)
        try:
            found = _throughputs(broker, options, log)
            worker = statistics.median(row.cpu_per_million for row in found["ledger"])
            rest = worker - measured.total
            print(f"  of the worker's {worker:.1f} microseconds per event, {rest:.1f} are left for")
            print("  fetching, sending and committing")
            _latencies(broker, options, log)
        finally:
            server.stop(home)


def _throughputs(
    broker: Broker, options: argparse.Namespace, log: Path
) -> dict[str, list[Throughput]]:
    found: dict[str, list[Throughput]] = {"ledger": [], "bare": []}
    for turn in range(options.rounds):
        for side, rows in found.items():
            prefix = f"b{turn}-{side}."
            rows.append(asyncio.run(throughput(side, broker, prefix, options.events, log)))
    print(f"throughput, medians of {options.rounds}, {options.events} preloaded events:")
    for side, rows in found.items():
        show(side, Throughput(*(statistics.median(column) for column in zip(*rows, strict=True))))
    pairs = zip(found["ledger"], found["bare"], strict=True)
    ratios = [ours.cpu_per_million / bare.cpu_per_million for ours, bare in pairs]
    print(f"  CPU per event, ledger / bare: {statistics.median(ratios):.2f}")
    return found


def _latencies(broker: Broker, options: argparse.Namespace, log: Path) -> None:
    if not options.seconds:
        return
    print(f"latency in milliseconds at {RATE} events/s, append to a read_committed balance:")
    both: dict[str, Latency] = {}
    for side in ("ledger", "bare"):
        both[side] = asyncio.run(latency(side, broker, f"l-{side}.", options.seconds, log))
        show(side, both[side])
    print(f"  p99, ledger / bare: {both['ledger'].p99 / both['bare'].p99:.2f}")


if __name__ == "__main__":
    main()
