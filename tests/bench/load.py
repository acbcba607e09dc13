"""A seeded load of purchases, and sending it fast."""

from __future__ import annotations

import asyncio
import random
import time
from typing import TYPE_CHECKING, Any

import orjson
from aiokafka import AIOKafkaProducer

from processors.partition import Fetched
from processors.routing import partition_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.runtime.settings import Settings

HEADERS = (("content-type", b"application/cloudevents+json"),)
START_MS = 1_772_359_200_000
STEP_MS = 200
MEMBERS = 50_000


def purchases(
    topic: str, many: int, partitions: int, seed: int = 7, start_ms: int = START_MS
) -> list[Fetched]:
    """Two-line purchases by a heavy-tailed population, in order of their time."""
    chance = random.Random(seed)
    found: list[Fetched] = []
    for number in range(many):
        at = start_ms + number * STEP_MS
        member = f"m{int(MEMBERS * chance.random() ** 3)}"
        lines = [
            {
                "line_id": f"L{place}",
                "sku": f"S{chance.randrange(500)}",
                "amount_minor": chance.randrange(100, 9000),
            }
            for place in range(2)
        ]
        body = {
            "specversion": "1.0",
            "id": f"e{number}",
            "source": "bench",
            "type": "commerce.purchase.completed.v1",
            "time": stamp(at),
            "subject": member,
            "data": {"order_id": f"O{number}", "currency": "USD", "lines": lines},
        }
        partition = partition_of(member, partitions)
        value = orjson.dumps(body)
        found.append(Fetched(topic, partition, -1, at, member.encode(), value, HEADERS))
    return found


def stamp(at_ms: int) -> str:
    """RFC 3339 in UTC."""
    seconds, rest = divmod(at_ms, 1000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{rest:03d}Z"


async def preload(settings: Settings, records: Sequence[Fetched]) -> None:
    """Append records as fast as the broker takes them, each partition in its order."""
    producer = AIOKafkaProducer(
        bootstrap_servers=settings.broker, acks="all", max_batch_size=1 << 19
    )
    await producer.start()
    try:
        batches: dict[tuple[str, int], Any] = {}
        for record in records:
            key = (record.topic, record.partition)
            batch = batches.setdefault(key, producer.create_batch())
            if not put(batch, record):
                await producer.send_batch(batch, key[0], partition=key[1])
                batches[key] = producer.create_batch()
                put(batches[key], record)
        for (topic, partition), batch in batches.items():
            await producer.send_batch(batch, topic, partition=partition)
        await producer.flush()
    finally:
        await producer.stop()


def put(batch: Any, record: Fetched) -> bool:
    """Add a record to a batch; False if the batch is full."""
    added = batch.append(
        key=record.key,
        value=record.value,
        timestamp=record.timestamp,
        headers=list(record.headers),
    )
    return added is not None


async def steady(
    settings: Settings, records: Sequence[Fetched], per_second: int
) -> dict[str, float]:
    """Send at a steady rate. Returns when each event's append was acknowledged, by its order."""
    producer = AIOKafkaProducer(bootstrap_servers=settings.broker, acks="all", linger_ms=0)
    await producer.start()
    sent: dict[str, float] = {}
    began = time.monotonic()
    try:
        for number, record in enumerate(records):
            wait = began + number / per_second - time.monotonic()
            if wait > 0:
                await asyncio.sleep(wait)
            sent[f"e{number}"] = time.monotonic()
            await producer.send(
                record.topic,
                record.value,
                key=record.key,
                partition=record.partition,
                timestamp_ms=record.timestamp,
                headers=list(record.headers),
            )
        await producer.flush()
    finally:
        await producer.stop()
    return sent
