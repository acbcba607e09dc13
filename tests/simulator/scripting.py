"""What scripts for any broker are made of: a producer, what a topic holds, one bare request."""

# The client is written without types.
# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError
from aiokafka.protocol.commit import OffsetCommitRequest
from aiokafka.protocol.transaction import (
    InitProducerIdRequest,
)
from aiokafka.record.default_records import DefaultRecordBatchBuilder

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aiokafka.client import AIOKafkaClient

PATIENCE_SECONDS = 25.0
Seen = list[Any]


@asynccontextmanager
async def producing(servers: str, name: str, **options: Any) -> AsyncIterator[Any]:
    """A transactional producer, which may be beyond closing in order."""
    producer = AIOKafkaProducer(bootstrap_servers=servers, transactional_id=name, **options)
    await producer.start()
    try:
        yield producer
    finally:
        await asyncio.wait_for(asyncio.gather(producer.stop(), return_exceptions=True), 10)


async def contents(servers: str, topic: str, level: str = "read_committed") -> Seen:
    """Offsets and values of a partition up to its end, and the end."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=servers, isolation_level=level, enable_auto_commit=False
    )
    await consumer.start()
    try:
        log = TopicPartition(topic, 0)
        consumer.assign([log])
        end = (await consumer.end_offsets([log]))[log]
        consumer.seek(log, 0)
        found: Seen = []
        while await consumer.position(log) < end:
            for record in (await consumer.getmany(timeout_ms=200)).get(log, []):
                found.append((record.offset, record.value))
        return [level, end, *found]
    finally:
        await consumer.stop()


async def attempt(what: Any) -> str:
    """How it went: the error's name, or that there was none."""
    try:
        await asyncio.wait_for(what, 10)
    except KafkaError as error:
        return type(error).__name__
    return "done"


async def ask(producer: Any, request: Any) -> Any:
    """Send a request of our own to the transaction's coordinator."""
    node = producer._sender._coordinators[1]
    answer = producer.client.send(node, request)
    return await asyncio.wait_for(answer, 10)


def of(producer: Any) -> tuple[int, int]:
    """A producer's id and epoch."""
    manager = producer._txn_manager
    return manager.producer_id, manager.producer_epoch


async def settled(servers: str, topic: str, end: int) -> None:
    """Wait until the last stable offset is there: markers come a little later than the answer."""
    for _ in range(int(PATIENCE_SECONDS * 10)):
        if (await contents(servers, topic))[1] >= end:
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"the last stable offset never was {end}")


def batch(pid: int, epoch: int, sequence: int, value: bytes) -> bytes:
    """One record of an idempotent producer."""
    builder = DefaultRecordBatchBuilder(2, 0, 0, pid, epoch, sequence, 1 << 20)
    builder.append(0, 1_700_000_000_000, b"k", value, [])
    return bytes(builder.build())


async def identity(client: AIOKafkaClient) -> Any:
    """A producer's id; a broker that has none at hand yet is asked again."""
    for _ in range(int(PATIENCE_SECONDS * 10)):
        request = InitProducerIdRequest(None, 60_000)  # type: ignore[arg-type]
        told = await client.send(client.get_random_node(), request)
        if not told.error_code:
            return told
        await asyncio.sleep(0.1)
    raise AssertionError(f"no producer id, error {told.error_code}")


async def shares(members: list[Any], all_of: int) -> list[Any]:
    """Wait until the members have everything between them."""
    for _ in range(int(PATIENCE_SECONDS * 20)):
        held = [len(member.assignment()) for member in members]
        if sum(held) == all_of and all(held):
            return members
        await asyncio.sleep(0.05)
    raise AssertionError(f"never shared out: {held}")


async def committed(
    consumer: Any, group: str, generation: int, member: str, log: TopicPartition
) -> Any:
    """The error code of a commit that says so much of itself."""
    at = [(log.topic, [(log.partition, 7, "")])]
    request = OffsetCommitRequest(group, generation, member, -1, at)
    node = consumer._coordinator.coordinator_id
    return (await consumer._client.send(node, request)).topics[0][1][0][1]
