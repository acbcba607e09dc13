"""The bare loop to compare with: aiokafka, one transactional producer per partition, orjson.

A sum per member, as many outputs as the worker has (each event's entry and balance, and each
member's state again when it is behind by as many records), the worker's settings of consumer and
producer. No rules, no validation, no checks.
Run as a process of its own: `python -m tests.bench.bare BROKER PREFIX PARTITIONS`.
"""

from __future__ import annotations

import asyncio
import gc
import sys
from itertools import takewhile
from typing import Any

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from processors.partition.fold import LAG
from processors.runtime.app import COLLECTOR
from processors.runtime.thread import FETCH_BYTES, FETCH_WAIT_MS
from processors.runtime.writer import BATCH_BYTES

RUN = 2000
ENTRIES, BALANCES, STATES = "loyalty.ledger.v1", "loyalty.balances.v1", "loyalty.snapshots.v1"


async def main(broker: str, prefix: str, partitions: int) -> None:
    """Fold for ever; whoever started this ends it."""
    gc.set_threshold(*COLLECTOR)
    logs = [TopicPartition(f"{prefix}commerce.purchases.v1", n) for n in range(partitions)]
    consumer = AIOKafkaConsumer(
        bootstrap_servers=broker,
        isolation_level="read_committed",
        enable_auto_commit=False,
        fetch_max_wait_ms=FETCH_WAIT_MS,
        max_partition_fetch_bytes=FETCH_BYTES,
    )
    await consumer.start()
    consumer.assign(logs)
    await consumer.seek_to_beginning(*logs)
    loops = [Loop(broker, prefix, n) for n in range(partitions)]
    for loop in loops:
        await loop.producer.start()
    await asyncio.gather(*(loop.drain(consumer, logs[loop.number]) for loop in loops))


class Loop:
    """One partition."""

    def __init__(self, broker: str, prefix: str, number: int) -> None:
        self.prefix = prefix
        self.number = number
        self.producer: Any = AIOKafkaProducer(
            bootstrap_servers=broker,
            transactional_id=f"{prefix}bare-{number}",
            enable_idempotence=True,
            acks="all",
            linger_ms=0,
            max_batch_size=BATCH_BYTES,
            max_request_size=4 * BATCH_BYTES,
        )
        self.sums: dict[bytes, int] = {}
        self.behind: dict[bytes, int] = {}
        """Members whose state is behind, and since which event."""
        self.events = 0

    async def drain(self, consumer: AIOKafkaConsumer, log: TopicPartition) -> None:
        """Fold a bounded run at a time, as the worker does."""
        while True:
            found = await consumer.getmany(log, timeout_ms=200, max_records=RUN)
            for records in found.values():
                await self.commit(self.fold(records))

    def fold(self, records: list[Any]) -> dict[str, list[tuple[bytes, bytes]]]:
        """Sum up one run."""
        outputs: dict[str, list[tuple[bytes, bytes]]] = {ENTRIES: [], BALANCES: [], STATES: []}
        sums = self.sums
        for record in records:
            event = orjson.loads(record.value)
            member = record.key
            points = sum(line["amount_minor"] // 100 for line in event["data"]["lines"])
            total = sums[member] = sums.get(member, 0) + points
            entry = {"source": record.offset, "event": event["data"], "points": points}
            outputs[ENTRIES].append((member, orjson.dumps(entry)))
            balance = {"member": event["subject"], "balance": total, "cause": event["id"]}
            outputs[BALANCES].append((member, orjson.dumps(balance)))
            self.behind.setdefault(member, self.events)
            self.events += 1
        behind, before = self.behind, self.events - LAG
        for member in [*takewhile(lambda member: behind[member] < before, behind)]:
            del behind[member]
            outputs[STATES].append((member, orjson.dumps({"sum": sums[member]})))
        outputs[STATES].append((b"~head", orjson.dumps({"next": records[-1].offset + 1})))
        return outputs

    async def commit(self, outputs: dict[str, list[tuple[bytes, bytes]]]) -> None:
        """One transaction."""
        producer = self.producer
        await producer.begin_transaction()
        sends = []
        for topic, records in outputs.items():
            batch = producer.create_batch()
            for key, value in records:
                if batch.append(key=key, value=value, timestamp=None) is None:
                    raise SystemExit("a run of the bare loop is larger than a batch")
            sends.append(
                await producer.send_batch(batch, self.prefix + topic, partition=self.number)
            )
        await asyncio.gather(*sends)
        await producer.commit_transaction()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
