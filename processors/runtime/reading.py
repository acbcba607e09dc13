"""Readers of whole topics: read_committed, from an offset up to an end that was captured before.

For commands and checks. Nothing here belongs to a group, writes, or waits for what comes later.
"""

# The client is written without types.
# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from processors.partition.records import Fetched
from processors.runtime.closing import closed
from processors.runtime.faults import Fault
from processors.runtime.headers import read_any_headers
from schemas.chain import Chain

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping, Sequence

    from processors.partition.records import Headers

CONNECT_SECONDS = 20.0
STUCK_SECONDS = 60.0
AT_ONCE = 5_000
AHEAD = 0.05
"""How far, as a share of the whole, one log may be read ahead of another."""
FETCH_BYTES = 4 << 20


APPLY = "Run `loyalty topics plan` to see what is there, and `loyalty topics apply` to create it."
START = "Check LOYALTY_BROKER, or run `loyalty broker start` for a local broker."


class Span(NamedTuple):
    """What is to be read of one partition of a topic: from `start` up to, not with, `end`."""

    topic: str
    partition: int
    start: int
    end: int

    @property
    def log(self) -> TopicPartition:
        """The partition, as the client names it."""
        return TopicPartition(self.topic, self.partition)


class Reader:
    """Reads partitions of topics; made by `reader`."""

    def __init__(self, consumer: AIOKafkaConsumer, counts: Mapping[str, int]) -> None:
        self.consumer = consumer
        self.counts = counts
        """Partitions of every topic there is."""

    def count(self, topic: str) -> int:
        """How many partitions the topic has."""
        if topic not in self.counts:
            raise Fault(f"topic {topic} does not exist", APPLY)
        return self.counts[topic]

    async def spans(self, logs: Iterable[tuple[str, int]]) -> list[Span]:
        """All that is committed in these partitions now."""
        wanted = [TopicPartition(topic, partition) for topic, partition in logs]
        for log in wanted:
            if log.partition >= self.count(log.topic):
                raise Fault(f"topic {log.topic} has no partition {log.partition}", APPLY)
        begins = await self.consumer.beginning_offsets(wanted)
        ends = await self.consumer.end_offsets(wanted)
        return [Span(log.topic, log.partition, begins[log], ends[log]) for log in wanted]

    async def offset_at(self, topic: str, partition: int, timestamp: int) -> int | None:
        """The first offset whose record was stamped at or after `timestamp`, milliseconds."""
        log = TopicPartition(topic, partition)
        found = await self.consumer.offsets_for_times({log: timestamp})
        place = found[log]
        return None if place is None else int(place.offset)

    async def read(self, spans: Sequence[Span]) -> AsyncIterator[list[Fetched]]:
        """Records of these spans, in order within each, all about equally far at any time."""
        left = {span.log: span for span in spans if span.end > span.start}
        if not left:
            return
        consumer = self.consumer
        consumer.assign(list(left))
        for log, span in left.items():
            consumer.seek(log, span.start)
        waited = 0.0
        while left:
            behind = await self._behind(left)
            if not behind:
                continue
            clock = asyncio.get_running_loop().time()
            found = await consumer.getmany(*behind, timeout_ms=500, max_records=AT_ONCE)
            for log, records in found.items():
                end = left[log].end
                yield [_fetched(record) for record in records if record.offset < end]
            waited = 0.0 if found else waited + asyncio.get_running_loop().time() - clock
            if waited > STUCK_SECONDS:
                raise _silent(behind[0])

    async def _behind(self, left: dict[TopicPartition, Span]) -> list[TopicPartition]:
        """The logs that are least far. Those that are read to their end are dropped."""
        shares: dict[TopicPartition, float] = {}
        for log in list(left):
            span = left[log]
            position = await self.consumer.position(log)
            if position >= span.end:
                self.consumer.pause(log)
                del left[log]
            else:
                shares[log] = (position - span.start) / (span.end - span.start)
        least = min(shares.values(), default=0.0)
        return [log for log, share in shares.items() if share <= least + AHEAD]


def _silent(log: TopicPartition) -> Fault:
    what = (
        f"nothing came of {log.topic}, partition {log.partition}, for {STUCK_SECONDS:.0f} seconds"
    )
    advice = "A writer may hold a transaction open, or a broker may be down. Try again."
    return Fault(what, advice)


def _fetched(record: object) -> Fetched:
    # The client ships no types; these are its record's fields.
    return Fetched(
        record.topic,  # type: ignore[attr-defined]
        record.partition,  # type: ignore[attr-defined]
        record.offset,  # type: ignore[attr-defined]
        record.timestamp,  # type: ignore[attr-defined]
        record.key,  # type: ignore[attr-defined]
        record.value,  # type: ignore[attr-defined]
        headers_of(record),
    )


def headers_of(record: Any) -> Headers:
    """The headers of the client's record. One without a value, as Kafka allows, has no bytes."""
    return tuple((name, content or b"") for name, content in record.headers)


@asynccontextmanager
async def reader(servers: str, **options: Any) -> AsyncIterator[Reader]:
    """A reader of the brokers at `servers`. Raises Fault if none of them answers."""
    read_any_headers()
    consumer = AIOKafkaConsumer(
        bootstrap_servers=servers,
        isolation_level="read_committed",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=FETCH_BYTES,
        **options,
    )
    try:
        counts = await asyncio.wait_for(_counts(servers, options), CONNECT_SECONDS)
        await asyncio.wait_for(consumer.start(), CONNECT_SECONDS)
        try:
            yield Reader(consumer, counts)
        except KafkaError as error:
            raise Fault(f"the broker at {servers} failed: {error}", START) from error
    except (KafkaError, TimeoutError, OSError) as error:
        raise Fault(f"no broker answers at {servers}", START) from error
    finally:
        await closed(consumer)


async def _counts(servers: str, options: Mapping[str, Any]) -> dict[str, int]:
    admin = AIOKafkaAdminClient(bootstrap_servers=servers, **options)
    try:
        await admin.start()
        described = await admin.describe_topics()
    finally:
        await admin.close()
    return {topic["topic"]: len(topic["partitions"]) for topic in described}


async def accepted(source: Reader, topic: str, partition: int) -> AsyncIterator[Fetched]:
    """Records of one ledger partition that belong to the ledger."""
    chain = Chain()
    async for records in source.read(await source.spans([(topic, partition)])):
        for record in records:
            if chain.take(record.value):
                yield record
