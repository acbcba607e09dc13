"""How fast late inputs are decided after a restart, and what of it is reading history back.

Members buy for most of a year, one of them far more often than the others. Then the worker is
started anew, and what comes late arrives at once: orders of the last weeks, which start at a
checkpoint, and rewards for invitations of any month, which may be older than every checkpoint.
Run by `python -m tests.bench.late`.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import random
import signal
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import orjson
from aiokafka import AIOKafkaConsumer, TopicPartition

from processors.partition import Fetched
from processors.routing import partition_of
from processors.runtime import admin
from processors.runtime.broker import server
from tests.bench.load import HEADERS, START_MS, preload, stamp
from tests.bench.sides import PARTITIONS, Side, settings_for
from tests.demo.running import interrupted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processors.runtime.settings import Settings

DAYS = 300
DAY_MS = 86_400_000
END_MS = START_MS
BEGIN_MS = END_MS - DAYS * DAY_MS
HOT_SHARE = 0.02
"""Of all orders, those of the one member who buys far more often than the others."""
FEW = 20
STOP_SECONDS = 30.0
QUIET_SECONDS = 8.0
"""The ledger did not grow for so long: all is decided."""
PATIENCE_SECONDS = 600.0
LOOK_SECONDS = 0.05


class Late(NamedTuple):
    """What it took to decide what came late."""

    inputs: int
    seconds: float
    cpu: float


class Load:
    """Orders of members, in order of time, and what comes late after them. Seeded."""

    def __init__(self, settings: Settings, members: int, seed: int = 7) -> None:
        self.topic = settings.names.of("purchases")
        self.members = members
        self.chance = random.Random(seed)
        self.made = 0

    def who(self) -> str:
        """A member, now and then the hot one."""
        hot = self.chance.random() < HOT_SHARE
        return "hot" if hot else f"m{self.chance.randrange(self.members)}"

    def order(self, member: str, at: int, arrival: int, **more: str) -> Fetched:
        """One order; `at` and `arrival` in milliseconds."""
        self.made += 1
        amount = self.chance.randrange(2_500, 9_000)
        lines = [{"line_id": "1", "sku": "S", "amount_minor": amount}]
        body = {
            "specversion": "1.0",
            "id": f"e{self.made}",
            "source": "bench",
            "type": "commerce.purchase.completed.v1",
            "time": stamp(at),
            "subject": member,
            "data": {"order_id": f"O{self.made}", "currency": "USD", "lines": lines, **more},
        }
        value, partition = orjson.dumps(body), partition_of(member, PARTITIONS)
        return Fetched(self.topic, partition, -1, arrival, member.encode(), value, HEADERS)

    def in_time(self, orders: int) -> Iterator[Fetched]:
        """Orders over all the days."""
        for number in range(orders):
            at = BEGIN_MS + number * DAYS * DAY_MS // orders
            yield self.order(self.who(), at, at)

    def weeks_late(self, many: int) -> Iterator[Fetched]:
        """Orders of the last four weeks that arrive now."""
        for _ in range(many):
            at = END_MS - self.chance.randrange(28 * DAY_MS)
            yield self.order(self.who(), at, END_MS)

    def friends(self, many: int) -> Iterator[Fetched]:
        """First orders of invited friends, in time for them; whoever invited them is far ahead."""
        for number in range(many):
            at = BEGIN_MS + number * DAYS * DAY_MS // many
            yield self.order(f"friend{number}", at, at, referrer=self.who())


async def measure(broker: str, options: argparse.Namespace, home: Path) -> list[Late]:
    """A book is made; its worker goes and comes back, each time to late inputs."""
    settings = settings_for(broker, "late.")
    await admin.apply(settings)
    load = Load(settings, options.members)
    await preload(settings, list(load.in_time(options.orders)))
    worker = Side("ledger", settings, home / "first.log")
    rows = []
    try:
        await worker.until(options.orders)
        batches = load.weeks_late(FEW), load.weeks_late(options.late), load.friends(options.late)
        for batch in batches:
            worker.popen.send_signal(signal.SIGTERM)
            worker.popen.wait(STOP_SECONDS)
            late = list(batch)
            await preload(settings, late)
            began = time.monotonic()
            worker = Side("ledger", settings, home / "late.log")
            rows.append(await decided(worker, len(late), began))
    finally:
        worker.stop()
    return rows


async def decided(worker: Side, inputs: int, began: float) -> Late:
    """What it took until the ledger grew no more; transfers lead to records of their own."""
    settings = worker.settings
    consumer = AIOKafkaConsumer(bootstrap_servers=settings.broker, isolation_level="read_committed")
    await consumer.start()
    logs = [TopicPartition(settings.names.of("ledger"), n) for n in range(PARTITIONS)]
    first = last = sum((await consumer.end_offsets(logs)).values())
    row = Late(inputs, 0.0, 0.0)
    try:
        while last == first or time.monotonic() - began - row.seconds < QUIET_SECONDS:
            if time.monotonic() - began > PATIENCE_SECONDS or worker.popen.poll() is not None:
                raise SystemExit(f"{last - first} records, and no end")
            await asyncio.sleep(LOOK_SECONDS)
            if (now := sum((await consumer.end_offsets(logs)).values())) != last:
                last = now
                row = Late(inputs, time.monotonic() - began, worker.cpu())
    finally:
        await consumer.stop()
    return row


def main() -> None:
    """Print one row for each kind of lateness."""
    logging.getLogger("aiokafka").addHandler(logging.NullHandler())  # it tries again by itself
    parser = argparse.ArgumentParser(prog="python -m tests.bench.late")
    parser.add_argument("--orders", type=int, default=60_000)
    parser.add_argument("--members", type=int, default=3_000)
    parser.add_argument("--late", type=int, default=2_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="loyalty-bench-") as folder:
        home = Path(folder)
        broker = server.start(home / "broker", heap_mb=512, fast=False)
        try:
            rows = asyncio.run(measure(broker.address, options, home))
        finally:
            server.stop(home / "broker")
    print(f"{options.orders:,} orders of {options.members:,} members, then a restart")
    print("what comes late                       inputs   seconds  worker's CPU s")
    kinds = (
        "next to nothing: the start itself",
        "orders of the last four weeks",
        "invitations of any month",
    )
    for kind, row in zip(kinds, rows, strict=True):
        print(f"  {kind:<34} {row.inputs:>7,} {row.seconds:>9.2f} {row.cpu:>15.2f}", flush=True)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, interrupted)
    main()
