"""The bare loop to compare with: aiokafka, one transactional producer per partition, orjson.

A sum per member, the same number of outputs, no rules, no validation, no checks.
Run as a process of its own: `python -m tests.bench.bare BROKER PREFIX PARTITIONS`.
"""

from __future__ import annotations

import asyncio
import gc
import sys
from typing import Any

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

RUN = 2000
OUTPUTS = ("loyalty.ledger.v1", "loyalty.balances.v1", "loyalty.snapshots.v1")


async def main(broker: str, prefix: str, partitions: int) -> None:
    """Fold for ever; whoever started this ends it."""
    gc.set_threshold(100_000, 50, 100)
    logs = [TopicPartition(f"{prefix}commerce.purchases.v1", n) for n in range(partitions)]
    consumer = AIOKafkaConsumer(
        bootstrap_servers=broker,
        isolation_level="read_committed",
        enable_auto_commit=False,
        fetch_max_wait_ms=20,
    )
    await consumer.start()
    consumer.assign(logs)
    await consumer.seek_to_beginning(*logs)
    producers = [
        AIOKafkaProducer(
            bootstrap_servers=broker, transactional_id=f"{prefix}bare-{n}", max_batch_size=4 << 20
        )
        for n in range(partitions)
    ]
    for producer in producers:
        await producer.start()
    await asyncio.gather(*(drain(consumer, producers[log.partition], prefix, log) for log in logs))


async def drain(
    consumer: AIOKafkaConsumer, producer: AIOKafkaProducer, prefix: str, log: TopicPartition
) -> None:
    """Fold one partition, a bounded run at a time, as the worker does."""
    sums: dict[bytes, int] = {}
    while True:
        found = await consumer.getmany(log, timeout_ms=200, max_records=RUN)
        for records in found.values():
            await fold(producer, prefix, log.partition, sums, records)


async def fold(
    producer: AIOKafkaProducer, prefix: str, number: int, sums: dict[bytes, int], records: list[Any]
) -> None:
    """Sum up one run and commit three records for each of its events."""
    await producer.begin_transaction()
    sends = []
    batches = [producer.create_batch() for _ in OUTPUTS]
    for record in records:
        event = orjson.loads(record.value)
        points = sum(line["amount_minor"] // 100 for line in event["data"]["lines"])
        total = sums[record.key] = sums.get(record.key, 0) + points
        entry = {"source": record.offset, "event": event["data"], "points": points}
        balance = {"member": event["subject"], "balance": total, "cause": event["id"]}
        for place, value in enumerate((entry, balance, balance)):
            data = orjson.dumps(value)
            added = batches[place].append(key=record.key, value=data, timestamp=None)
            if added is None:
                topic = prefix + OUTPUTS[place]
                sends.append(await producer.send_batch(batches[place], topic, partition=number))
                batches[place] = producer.create_batch()
                batches[place].append(key=record.key, value=data, timestamp=None)
    for place, batch in enumerate(batches):
        topic = prefix + OUTPUTS[place]
        sends.append(await producer.send_batch(batch, topic, partition=number))
    await asyncio.gather(*sends)
    await producer.commit_transaction()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
