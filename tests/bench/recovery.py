"""How long until the first new decision: after a cold start, and after SIGKILL.

Against the number of members, and against the length of their history. Each event of a member lies
more than a year after the one before, and takes back what that one gave: so a history that is four
times as long leaves states of the same size, and what the rows of one number of members differ by
is what history costs. Run by `make bench-recovery`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
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
from processors.runtime.reading import reader
from tests.bench.load import HEADERS, START_MS, preload, stamp
from tests.bench.sides import PARTITIONS, Side, settings_for
from tests.demo.running import interrupted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processors.runtime.settings import Settings

MEMBERS = (1_000, 10_000, 50_000)
ROUNDS = (2, 8)
DAY_MS = 86_400_000
STEP_MS = 400 * DAY_MS
BEGIN_MS = START_MS - 3_650 * DAY_MS
"""Long ago: a broker takes no record that is stamped later than now."""
SESSION_SECONDS = 2.0
"""For so long the group waits for a worker that was killed."""
PATIENCE_SECONDS = 120.0
LOOK_SECONDS = 0.01
STOP_SECONDS = 30.0


class Recovery(NamedTuple):
    """One row."""

    members: int
    records: int
    ledger_mib: float
    state_mib: float
    cold_start: float
    after_kill: float
    of_it_reading: float


def history(settings: Settings, members: int, rounds: range) -> Iterator[Fetched]:
    """Points given and taken back in turn, to every member once a round."""
    topic = settings.names.of("requests")
    for turn in rounds:
        for number in range(members):
            member, name = f"m{number}", f"{turn}-{number}"
            at = BEGIN_MS + turn * STEP_MS + number
            data = {"adjustment_id": name, "unit": "points", "reason": "care", "operator": "desk"}
            body = {
                "specversion": "1.0",
                "id": name,
                "source": "bench",
                "type": "loyalty.points.adjusted.v1",
                "time": stamp(at),
                "subject": member,
                "data": data | {"amount": "-10" if turn % 2 else "10"},
            }
            partition = partition_of(member, PARTITIONS)
            value = orjson.dumps(body)
            yield Fetched(topic, partition, -1, at, member.encode(), value, HEADERS)


async def recovery(broker: str, members: int, rounds: int, home: Path) -> Recovery:
    """A book of so many members is made; then its worker goes and comes back."""
    settings = settings_for(broker, f"r{members}-{rounds}.")
    await admin.apply(settings)
    records = members * rounds
    await preload(settings, list(history(settings, members, range(rounds))))
    worker = started(settings, home / "first.log")
    try:
        await worker.until(records)
        worker.popen.send_signal(signal.SIGTERM)
        worker.popen.wait(STOP_SECONDS)
        ledger, state = await sizes(settings)
        began = time.monotonic()
        worker = started(settings, home / "cold.log")
        cold = await decided(settings, rounds, began)
        began = time.monotonic()
        worker.stop()
        worker = started(settings, home / "killed.log")
        killed = await decided(settings, rounds + 1, began)
    finally:
        worker.stop()
    reading = sum(seconds_of(home / "killed.log"))
    return Recovery(members, records, ledger, state, cold, killed, reading)


def started(settings: Settings, log: Path) -> Side:
    """A worker with a log of its own."""
    log.unlink(missing_ok=True)
    return Side("ledger", settings, log, LOYALTY_SESSION_TIMEOUT_SECONDS=str(SESSION_SECONDS))


async def decided(settings: Settings, turn: int, began: float) -> float:
    """Seconds until an event that is sent now is in the ledger."""
    topic = settings.names.of("ledger")
    consumer = AIOKafkaConsumer(bootstrap_servers=settings.broker, isolation_level="read_committed")
    await consumer.start()
    try:
        logs = [TopicPartition(topic, number) for number in range(PARTITIONS)]
        before = sum((await consumer.end_offsets(logs)).values())
        await preload(settings, list(history(settings, 1, range(turn, turn + 1))))
        while sum((await consumer.end_offsets(logs)).values()) == before:
            if time.monotonic() - began > PATIENCE_SECONDS:
                raise SystemExit(f"nothing was decided within {PATIENCE_SECONDS:.0f} seconds")
            await asyncio.sleep(LOOK_SECONDS)
        return time.monotonic() - began
    finally:
        await consumer.stop()


async def sizes(settings: Settings) -> tuple[float, float]:
    """MiB of the ledger, and of what the snapshots topic holds last under each key."""
    ledger, states = 0, dict[bytes, int]()
    names = settings.names
    async with reader(settings.broker) as read:
        topics = [names.of("ledger"), names.of("snapshots")]
        spans = [(topic, number) for topic in topics for number in range(PARTITIONS)]
        async for records in read.read(await read.spans(spans)):
            for record in records:
                size = len(record.value or b"")
                if record.topic == topics[0]:
                    ledger += size
                else:
                    states[record.key or b""] = size
    return ledger / 2**20, sum(states.values()) / 2**20


def seconds_of(log: Path) -> Iterator[float]:
    """What a worker says that each of its partitions took."""
    for line in log.read_text("utf-8").splitlines():
        said = json.loads(line) if line.startswith("{") else {}
        if said.get("event") == "recovered":
            yield said["seconds"]


def compared(short: Recovery, long: Recovery) -> str:
    """What a longer history of the same members makes of each figure."""
    times = {
        "ledger": long.ledger_mib / short.ledger_mib,
        "snapshots": long.state_mib / short.state_mib,
        "reading": long.of_it_reading / short.of_it_reading,
        "cold start": long.cold_start / short.cold_start,
    }
    told = ", ".join(f"{name} {factor:.1f}" for name, factor in times.items())
    return f"{short.members:>9,} members, from the first to the last history, times as much: {told}"


def main() -> None:
    """Print the table, row by row."""
    logging.getLogger("aiokafka").addHandler(logging.NullHandler())  # it tries again by itself
    parser = argparse.ArgumentParser(prog="make bench-recovery")
    parser.add_argument("--members", type=int, nargs="+", default=list(MEMBERS))
    parser.add_argument("--rounds", type=int, nargs="+", default=list(ROUNDS))
    options = parser.parse_args()
    print(f"seconds to the first new decision; {PARTITIONS} partitions, one worker; after SIGKILL")
    print(f"the group first waits {SESSION_SECONDS:.0f} s for the one that was killed")
    print("reading: of it, what snapshots and the ledger behind them took, over all partitions")
    print("  members  ledger records  ledger MiB  state MiB  cold start  after SIGKILL  reading")
    with tempfile.TemporaryDirectory(prefix="loyalty-bench-") as folder:
        home = Path(folder)
        broker = server.start(home / "broker", heap_mb=512, fast=False)
        try:
            for members in options.members:
                rows = []
                for rounds in options.rounds:
                    row = asyncio.run(recovery(broker.address, members, rounds, home))
                    rows.append(row)
                    print(
                        f"{row.members:>9,} {row.records:>15,} {row.ledger_mib:>11.1f} "
                        f"{row.state_mib:>10.1f} {row.cold_start:>11.2f} {row.after_kill:>14.2f} "
                        f"{row.of_it_reading:>8.2f}",
                        flush=True,
                    )
                print(compared(rows[0], rows[-1]), flush=True)
        finally:
            server.stop(home / "broker")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, interrupted)
    main()
