"""What an operator, or time, may do to the topics of a deployment."""

# The client is written without types.
# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import NewPartitions, NewTopic, RecordsToDelete
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from processors.runtime.admin import LOOK_SECONDS, LOOKS, admin, configs
from schemas.topics import BY_ROLE

if TYPE_CHECKING:
    from processors.runtime.settings import Settings


async def adjust(settings: Settings, role: str, **values: str) -> None:
    """Give a topic other settings than the planned ones, and wait until the broker knows.

    Without any, it has the planned ones again. A `_` stands for a dot.
    """
    name = settings.names.of(role)
    wanted = BY_ROLE[role].settings(replicas=settings.replicas)
    wanted |= {key.replace("_", "."): value for key, value in values.items()}
    async with admin(settings) as client:
        await client.alter_configs([ConfigResource(ConfigResourceType.TOPIC, name, configs=wanted)])
        for _ in range(LOOKS):
            if wanted.items() <= (await configs(client, [name]))[name].items():
                return
            await asyncio.sleep(LOOK_SECONDS)


async def expire(settings: Settings, role: str, partition: int, before: int) -> None:
    """Retention: records of a partition before an offset are gone."""
    log = TopicPartition(settings.names.of(role), partition)
    async with admin(settings) as client:
        await client.delete_records({log: RecordsToDelete(before)})


async def make_anew(settings: Settings, role: str) -> None:
    """Delete a topic, and create it with nothing in it."""
    topic = settings.names.of(role)
    async with admin(settings) as client:
        await client.delete_topics([topic])
        for _ in range(LOOKS):
            await asyncio.sleep(LOOK_SECONDS)
            if topic not in await client.list_topics():
                break
        await client.create_topics([NewTopic(topic, settings.partitions, settings.replicas)])
    await adjust(settings, role)


async def grow(settings: Settings, role: str, partitions: int) -> None:
    """Give a topic more partitions."""
    async with admin(settings) as client:
        topic = settings.names.of(role)
        await client.create_partitions({topic: NewPartitions(partitions)})
        for _ in range(LOOKS):
            (found,) = await client.describe_topics([topic])
            if len(found["partitions"]) == partitions:
                return
            await asyncio.sleep(LOOK_SECONDS)


async def put_back(settings: Settings, offset: int) -> None:
    """Reset the group's offsets in all inputs, as an operator might by hand."""
    group = f"{settings.output_prefix}{settings.app_id}"
    consumer = AIOKafkaConsumer(
        bootstrap_servers=settings.broker, group_id=group, enable_auto_commit=False
    )
    await consumer.start()
    try:
        logs = [
            TopicPartition(topic, number)
            for topic in settings.names.inputs()
            for number in range(settings.partitions)
        ]
        consumer.assign(logs)
        await consumer.commit(dict.fromkeys(logs, offset))
    finally:
        await consumer.stop()
