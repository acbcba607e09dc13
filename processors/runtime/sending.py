"""Sends records to their partitions: in order, idempotent, every answer awaited."""

from __future__ import annotations

import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, NamedTuple

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from processors.runtime import admin
from processors.runtime.faults import Fault
from processors.runtime.lines import STRUCTURED

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator, Callable, Iterable

    from processors.runtime.lines import Record
    from processors.runtime.settings import Settings

AT_ONCE = 5_000
"""Records on the way before the answers are looked at."""
BATCH_BYTES = 256 * 1024


class Stamp(NamedTuple):
    """Which timestamp records get: their event's time, or the time of sending."""

    of_event: bool

    def of(self, record: Record) -> int:
        """Milliseconds. A line that names its arrival gets just that."""
        if record.arrival is not None:
            return record.arrival // 1000
        return record.time // 1000 if self.of_event else time.time_ns() // 1_000_000


@asynccontextmanager
async def producing(settings: Settings) -> AsyncIterator[AIOKafkaProducer]:
    """A producer of a command's own. Raises Fault if a topic is missing or the broker fails."""
    await admin.check(settings)
    producer = AIOKafkaProducer(
        bootstrap_servers=settings.broker,
        acks="all",
        enable_idempotence=True,
        linger_ms=5,
        max_batch_size=BATCH_BYTES,
    )
    try:
        await producer.start()
        yield producer
    except (KafkaError, OSError) as error:
        raise Fault(
            f"the broker at {settings.broker} took no more records: {error}",
            "See `loyalty broker status`. Doing it again is safe: workers find what came twice.",
        ) from error
    finally:
        await producer.stop()


async def send(
    settings: Settings, records: Iterable[Record], stamp: Stamp, tell: Callable[[int], None]
) -> int:
    """Send them all, and return how many. Raises Fault. `tell` hears what is acknowledged."""
    async with producing(settings) as producer:
        return await _send(producer, records, stamp, tell)


async def _send(
    producer: AIOKafkaProducer,
    records: Iterable[Record],
    stamp: Stamp,
    tell: Callable[[int], None],
) -> int:
    done = 0
    sent: list[asyncio.Future[object]] = []
    for record in records:
        sent.append(
            await producer.send(
                record.topic,
                record.value,
                key=record.key,
                partition=record.partition,
                timestamp_ms=stamp.of(record),
                headers=STRUCTURED,
            )
        )
        if len(sent) >= AT_ONCE:
            done += await _settle(sent)
            tell(done)
    done += await _settle(sent)
    tell(done)
    return done


async def _settle(sent: list[asyncio.Future[object]]) -> int:
    """Await every answer: one that is not looked at is one that may be lost."""
    for answer in sent:
        await answer
    count = len(sent)
    sent.clear()
    return count
