"""`make bench`: the worker against a bare loop, in one run, on one broker, in turn.

Prints events/s, CPU seconds per million events of worker and broker, microseconds per stage, peak
memory, and the latency from append to a read_committed balance at a steady rate.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import psutil
from aiokafka import AIOKafkaConsumer, TopicPartition

from processors.runtime import admin
from processors.runtime.broker import server
from processors.runtime.settings import Settings
from tests.bench import stages
from tests.bench.load import preload, purchases, steady

PARTITIONS = 4
RATE = 1_000
PATIENCE_SECONDS = 240


class Throughput(NamedTuple):
    """What one side did with a preloaded input."""

    events_per_second: float
    cpu_per_million: float
    broker_cpu_per_million: float
    peak_mib: float


class Latency(NamedTuple):
    """Milliseconds from append to a read_committed balance."""

    p50: float
    p95: float
    p99: float


def settings_for(broker: str, prefix: str) -> Settings:
    """A deployment of its own on the broker."""
    return Settings(
        broker=broker,
        input_prefix=prefix,
        output_prefix=prefix,
        partitions=PARTITIONS,
        clock="stream",
        web_port=0,
    )


def command(side: str, settings: Settings) -> list[str]:
    """How to start a side."""
    if side == "bare":
        place = [settings.broker, settings.input_prefix, str(PARTITIONS)]
        return [sys.executable, "-m", "tests.bench.bare", *place]
    return [sys.executable, "-m", "processors.runtime.cli", "worker"]


def environment(settings: Settings) -> dict[str, str]:
    """What a side is started with."""
    return os.environ | {
        "LOYALTY_BROKER": settings.broker,
        "LOYALTY_INPUT_PREFIX": settings.input_prefix,
        "LOYALTY_OUTPUT_PREFIX": settings.output_prefix,
        "LOYALTY_PARTITIONS": str(PARTITIONS),
        "LOYALTY_CLOCK": "stream",
        "LOYALTY_WEB_PORT": "0",
    }


class Side:
    """A process under measurement."""

    def __init__(self, side: str, settings: Settings, log: Path) -> None:
        with log.open("ab") as file:
            self.popen = subprocess.Popen(  # noqa: S603 - our own command
                command(side, settings), env=environment(settings), stdout=file, stderr=file
            )
        self.process = psutil.Process(self.popen.pid)
        self.peak = 0

    def cpu(self) -> float:
        """CPU seconds so far."""
        times = self.process.cpu_times()
        self.peak = max(self.peak, self.process.memory_info().rss)
        return times.user + times.system

    def stop(self) -> None:
        """End it."""
        self.popen.kill()
        self.popen.wait()


async def committed(settings: Settings, topic: str) -> int:
    """Committed records of a topic, markers among them."""
    consumer = AIOKafkaConsumer(bootstrap_servers=settings.broker, isolation_level="read_committed")
    await consumer.start()
    try:
        logs = [TopicPartition(topic, number) for number in range(PARTITIONS)]
        return sum((await consumer.end_offsets(logs)).values())
    finally:
        await consumer.stop()


async def throughput(
    side: str, broker: server.Broker, prefix: str, events: int, log: Path
) -> Throughput:
    """Preload, start, and measure from a tenth of the events to all of them."""
    settings = settings_for(broker.address, prefix)
    await admin.apply(settings)
    topic = settings.names.of("purchases")
    await preload(settings, purchases(topic, events, PARTITIONS))
    kafka = psutil.Process(broker.pid)
    running = Side(side, settings, log)
    ledger = settings.names.of("ledger")
    try:
        first = await _until(settings, running, ledger, events // 10)
        began, cpu, broker_cpu = time.monotonic(), running.cpu(), _cpu(kafka)
        last = await _until(settings, running, ledger, events)
        spent, folded = time.monotonic() - began, min(last, events) - first
        scale = 1_000_000 / folded
        return Throughput(
            folded / spent,
            (running.cpu() - cpu) * scale,
            (_cpu(kafka) - broker_cpu) * scale,
            running.peak / 2**20,
        )
    finally:
        running.stop()


async def _until(settings: Settings, running: Side, topic: str, events: int) -> int:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (done := await committed(settings, topic)) < events:
        running.cpu()
        if time.monotonic() > deadline or running.popen.poll() is not None:
            raise SystemExit(f"only {done} of {events} events were folded")
        await asyncio.sleep(0.05)
    return done


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


async def latency(
    side: str, broker: server.Broker, prefix: str, seconds: int, log: Path
) -> Latency:
    """A steady rate; each event's time until its balance is read."""
    settings = settings_for(broker.address, prefix)
    await admin.apply(settings)
    running = Side(side, settings, log)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=settings.broker, isolation_level="read_committed", fetch_max_wait_ms=20
    )
    await consumer.start()
    topic = settings.names.of("balances")
    logs = [TopicPartition(topic, number) for number in range(PARTITIONS)]
    consumer.assign(logs)
    await consumer.seek_to_beginning(*logs)
    try:
        source = settings.names.of("purchases")
        warm = purchases(source, 2 * RATE, PARTITIONS, seed=1)
        await preload(settings, [record._replace(value=_renamed(record.value)) for record in warm])
        await _until(settings, running, settings.names.of("ledger"), 2 * RATE)
        seen: dict[str, float] = {}
        watching = asyncio.create_task(_watch(consumer, seen))
        records = purchases(source, seconds * RATE, PARTITIONS)
        sent = await steady(settings, records, RATE)
        for _ in range(100):
            if len(seen.keys() & sent.keys()) == len(sent):
                break
            await asyncio.sleep(0.1)
        watching.cancel()
        taken = sorted((seen[name] - sent[name]) * 1000 for name in sent if name in seen)
        cuts = statistics.quantiles(taken, n=100)
        return Latency(cuts[49], cuts[94], cuts[98])
    finally:
        await consumer.stop()
        running.stop()


def _renamed(value: bytes | None) -> bytes:
    assert value is not None
    return value.replace(b'"id":"e', b'"id":"w').replace(b'"order_id":"O', b'"order_id":"W')


async def _watch(consumer: AIOKafkaConsumer, seen: dict[str, float]) -> None:
    while True:
        found = await consumer.getmany(timeout_ms=200)
        now = time.monotonic()
        for records in found.values():
            for record in records:
                cause = json.loads(record.value or b"{}")["cause"]
                seen.setdefault(cause["id"] if isinstance(cause, dict) else cause, now)


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
    with tempfile.TemporaryDirectory(prefix="loyalty-bench-") as folder:
        home, log = Path(folder) / "broker", Path(folder) / "sides.log"
        broker = server.start(home, heap_mb=512, fast=False)
        try:
            _compare(broker, options, log)
        finally:
            server.stop(home)


def _compare(broker: server.Broker, options: argparse.Namespace, log: Path) -> None:
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
    print(f"latency in milliseconds at {RATE} events/s, append to a read_committed balance:")
    both: dict[str, Latency] = {}
    for side in found:
        both[side] = asyncio.run(latency(side, broker, f"l-{side}.", options.seconds, log))
        show(side, both[side])
    print(f"  p99, ledger / bare: {both['ledger'].p99 / both['bare'].p99:.2f}")


if __name__ == "__main__":
    main()
