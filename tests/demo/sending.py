"""Send a story to Kafka, at a pace that leaves the workers something to do."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiokafka import AIOKafkaProducer

from processors.routing import partition_of
from schemas.aliases import normalise

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from processors.runtime.settings import Settings
    from tests.story.story import Raw

AT_ONCE = 250


async def send(
    settings: Settings, records: Sequence[Raw], per_second: int, sent: Callable[[int], None]
) -> None:
    """Append records in their order. `sent` is told after every few hundred."""
    count = settings.partitions
    producer = AIOKafkaProducer(
        bootstrap_servers=settings.broker, acks="all", linger_ms=5, enable_idempotence=True
    )
    await producer.start()
    try:
        for first in range(0, len(records), AT_ONCE):
            sends = []
            for raw in records[first : first + AT_ONCE]:
                home = partition_of(normalise(raw.key), count)
                partition = (home + 1) % count if raw.stray else home
                sends.append(
                    await producer.send(
                        settings.input_prefix + raw.topic,
                        raw.value,
                        key=raw.key.encode(),
                        partition=partition,
                        timestamp_ms=raw.timestamp_ms,
                        headers=list(raw.headers),
                    )
                )
            await asyncio.gather(*sends)
            sent(len(sends))
            await asyncio.sleep(len(sends) / per_second)
    finally:
        await producer.stop()
