"""A topology in memory, written to a real broker: batch by batch, each as one transaction."""

# The client is written without types.
# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from processors.topology import Topology
from schemas.topics import TOPICS, Names

if TYPE_CHECKING:
    from processors.partition import Batch, Engine

SECONDS = 20


class Recorded(Topology):
    """Remembers its batches in the order of their commits."""

    def __init__(self, engine: Engine, partitions: int = 3, run_size: int = 2_000) -> None:
        self.batches: list[tuple[int, Batch]] = []
        super().__init__(engine, partitions, run_size)

    def _commit(self, number: int, batch: Batch) -> bool:
        if len(batch):
            self.batches.append((number, batch))
        return super()._commit(number, batch)


async def create_topics(servers: str, prefix: str, partitions: int) -> None:
    """Every topic of a deployment, kept for ever."""
    names = Names(prefix, prefix)
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    await admin.start()
    try:
        kept = {"retention.ms": "-1"}
        await admin.create_topics(
            [NewTopic(names.of(topic.role), partitions, 1, topic_configs=kept) for topic in TOPICS]
        )
    finally:
        await admin.close()


async def copy(topology: Recorded, servers: str, prefix: str) -> None:
    """Create the topics, then write inputs and batches. Input topics are named with the prefix."""
    await create_topics(servers, prefix, topology.count)
    names = Names(prefix, prefix)
    await _copy_inputs(topology, servers, {names.of(t.role) for t in TOPICS if t.is_input})
    producers = [
        AIOKafkaProducer(bootstrap_servers=servers, transactional_id=f"{prefix}{number}")
        for number in range(topology.count)
    ]
    for producer in producers:
        await asyncio.wait_for(producer.start(), SECONDS)
    try:
        for number, batch in topology.batches:
            async with producers[number].transaction():
                await _copy_batch(producers[number], batch, names)
    finally:
        for producer in producers:
            await producer.stop()


async def _copy_inputs(topology: Recorded, servers: str, topics: set[str]) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=servers)
    await asyncio.wait_for(producer.start(), SECONDS)
    try:
        for topic in sorted(topics & topology.logs.keys()):
            for log in topology.logs[topic]:
                for record in log.read():
                    await producer.send(
                        topic,
                        record.value,
                        record.key,
                        record.partition,
                        headers=list(record.headers),
                    )
    finally:
        await producer.stop()


async def _copy_batch(producer: AIOKafkaProducer, batch: Batch, names: Names) -> None:
    for role, outgoing in batch.outgoing.items():
        for record in outgoing:
            await producer.send(
                names.of(role),
                record.value,
                record.key,
                record.partition,
                headers=list(record.headers),
            )
