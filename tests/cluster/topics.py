"""Topics that lie where a test wants them."""

# The client is written without types.
# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

from aiokafka.admin import AIOKafkaAdminClient, NewTopic


async def on_one_broker(servers: str, topic: str, partitions: int, place: int) -> None:
    """A topic whose partitions have no other replica; brokers are counted from 0."""
    client = AIOKafkaAdminClient(bootstrap_servers=servers)
    await client.start()
    try:
        replicas = {number: [place + 1] for number in range(partitions)}
        await client.create_topics([NewTopic(topic, -1, -1, replica_assignments=replicas)])
    finally:
        await client.close()
