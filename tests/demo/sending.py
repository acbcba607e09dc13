"""Send a story to Kafka, at a pace that leaves the workers something to do.

What is under way together may be appended in any order. So two records of one member on two
topics never are: the order of arrival is the story's, and what it refuses is what the model does.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from aiokafka import AIOKafkaProducer

from processors.routing import partition_of
from schemas.aliases import normalise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from aiokafka.structs import RecordMetadata

    from processors.runtime.settings import Settings
    from tests.story.telling import Raw

AT_ONCE = 250
PATIENCE_MS = 120_000


async def send(
    settings: Settings,
    records: Sequence[Raw],
    per_second: int,
    sent: Callable[[int], None],
    acknowledged: Callable[[RecordMetadata], None] = lambda _place: None,
) -> None:
    """Append records in their order. `sent` is told after every few.

    It has much patience: whoever sends again what may have arrived sends it twice.
    """
    count = settings.partitions
    producer = AIOKafkaProducer(
        bootstrap_servers=settings.broker,
        acks="all",
        linger_ms=5,
        enable_idempotence=True,
        request_timeout_ms=PATIENCE_MS,
    )
    await producer.start()
    began, done = time.monotonic(), 0
    try:
        for run in together(records):
            sends = []
            for raw in run:
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
            for place in await asyncio.gather(*sends):
                acknowledged(place)
            sent(len(sends))
            done += len(sends)
            await asyncio.sleep(began + done / per_second - time.monotonic())
    finally:
        await producer.stop()


def together(records: Sequence[Raw]) -> Iterator[list[Raw]]:
    """Runs of records in which no member is on two topics."""
    run: list[Raw] = []
    topics: dict[str, str] = {}
    for raw in records:
        if len(run) == AT_ONCE or topics.get(raw.key, raw.topic) != raw.topic:
            yield run
            run, topics = [], {}
        topics[raw.key] = raw.topic
        run.append(raw)
    if run:
        yield run
