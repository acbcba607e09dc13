"""Time from the append of an event to a read_committed balance, at a steady rate."""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from typing import TYPE_CHECKING, NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition

from processors.runtime import admin
from tests.bench.load import START_MS, preload, purchases, steady
from tests.bench.sides import PARTITIONS, Side, settings_for

if TYPE_CHECKING:
    from pathlib import Path

    from processors.runtime.broker.node import Broker

RATE = 1_000
DAY_MS = 86_400_000


class Latency(NamedTuple):
    """Milliseconds from append to a read_committed balance."""

    p50: float
    p95: float
    p99: float


async def latency(side: str, broker: Broker, prefix: str, seconds: int, log: Path) -> Latency:
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
        # Of a day before: what follows must not be late.
        warm = purchases(source, 2 * RATE, PARTITIONS, seed=1, start_ms=START_MS - DAY_MS)
        await preload(settings, [record._replace(value=_renamed(record.value)) for record in warm])
        await running.until(2 * RATE)
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
