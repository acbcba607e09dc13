"""The consumer in the README does what it says."""

# The client is written without types.
# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

import asyncio
import json

from aiokafka import AIOKafkaProducer

from docs.reference_consumer import Balances, follow
from tests.driver.copied import create_topics

SECONDS = 20


def update(sequence: int) -> bytes:
    """A balance as far as the consumer cares."""
    return json.dumps({"member_sequence": sequence, "balances": {}}).encode()


async def test_it_reads_all_then_follows(kafka: str, prefix: str) -> None:
    """Given a stale record and an aborted one, it keeps the highest that was committed."""
    await create_topics(kafka, prefix, 2)
    topic = f"{prefix}loyalty.balances.v1"
    producer = AIOKafkaProducer(bootstrap_servers=kafka, transactional_id=f"{prefix}writer")
    await producer.start()
    balances = Balances()
    try:
        async with producer.transaction():
            for member, sequence in ((b"m1", 1), (b"m1", 2), (b"m2", 1), (b"m1", 1)):
                await producer.send(topic, update(sequence), member, partition=0)
            await producer.send(topic, update(1), b"m3", partition=1)
            await producer.send(topic, None, b"m3", partition=1)
        await producer.begin_transaction()
        await producer.send_and_wait(topic, update(9), b"m1", partition=0)
        await producer.abort_transaction()
        news = follow(kafka, balances, topic)
        async with asyncio.timeout(SECONDS):
            while await anext(news) is not None:
                pass
        held = {member: data["member_sequence"] for member, data in balances.latest.items()}
        assert held == {"m1": 2, "m2": 1}
        assert balances.dropped == 1
        async with producer.transaction():
            await producer.send(topic, update(3), b"m1", partition=0)
        async with asyncio.timeout(SECONDS):
            record = await anext(news)
        assert record is not None
        assert balances.latest["m1"]["member_sequence"] == 3
        await news.aclose()
    finally:
        await producer.stop()
