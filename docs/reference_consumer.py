"""A consumer of balances: reads the whole topic, then follows it. Plain aiokafka, no group.

python docs/reference_consumer.py 127.0.0.1:9092 [TOPIC]
"""

import asyncio
import json
import sys
from collections.abc import AsyncGenerator
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord

TOPIC = "loyalty.balances.v1"
Record = ConsumerRecord[bytes, bytes]


class Balances:
    """The latest balance of every member. Stale and repeated records change nothing."""

    def __init__(self) -> None:
        self.latest: dict[str, dict[str, Any]] = {}
        self.dropped = 0

    def take(self, record: Record) -> bool:
        """Keep the record if its member_sequence is the highest yet. True if it was news."""
        member = (record.key or b"").decode()
        if record.value is None:  # the member was erased
            return self.latest.pop(member, None) is not None
        data = json.loads(record.value)
        known = self.latest.get(member)
        if known is not None and data["member_sequence"] <= known["member_sequence"]:
            self.dropped += 1
            return False
        self.latest[member] = data
        return True


async def follow(
    servers: str, balances: Balances, topic: str = TOPIC
) -> AsyncGenerator[Record | None, None]:
    """Every record that was news; None once, when what was there at the start has been read."""
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=servers,
        isolation_level="read_committed",
        auto_offset_reset="earliest",
    )
    await consumer.start()
    try:
        ends = await consumer.end_offsets(consumer.assignment())
        reading = set(ends)
        while True:
            for records in (await consumer.getmany(timeout_ms=200)).values():
                for record in records:
                    if balances.take(record):
                        yield record
            if reading:
                reading = {log for log in reading if await consumer.position(log) < ends[log]}
                if not reading:
                    yield None
    finally:
        await consumer.stop()


async def main(servers: str, topic: str = TOPIC) -> None:
    """Say how many members there are, then every change."""
    balances = Balances()
    there = False
    async for record in follow(servers, balances, topic):
        if record is None:
            there = True
            print(f"{len(balances.latest)} members, now following", flush=True)
        elif there:
            member = (record.key or b"").decode()
            print(member, balances.latest.get(member), flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
