"""The writer of one partition: its transactional producer. It trusts no append.

The ledger goes first, and the offsets that the broker returns must be the ones that were predicted;
if one is not, somebody else wrote. Any error is doubt: the partition's state and producer are
thrown away and recovered from the ledger.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.client import ConnectionGroup, CoordinationType

from processors.partition.records import DEAD_LETTERS, LEDGER
from processors.runtime.closing import closed
from processors.runtime.letters import stamped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.partition import Batch, Outgoing
    from processors.runtime.settings import Settings

BATCH_BYTES = 4 << 20
TRANSACTION, COORDINATION = CoordinationType.TRANSACTION, ConnectionGroup.COORDINATION
STOP_SECONDS = 3.0
Send = tuple[int, "asyncio.Future[Any]"]
"""How many records of the run lie before a batch of a topic, and what becomes of it."""
log = structlog.get_logger("writer")


class Doubt(Exception):  # noqa: N818 - what the writer is in
    """It is not known whether a batch was committed, or somebody else wrote."""


class PartitionWriter:
    """One producer, one partition. Starting it fences whoever wrote before."""

    def __init__(self, settings: Settings, partition: int) -> None:
        self.settings = settings
        self.partition = partition
        self.producer: Any = AIOKafkaProducer(
            bootstrap_servers=settings.broker,
            client_id=f"{settings.app_id}-{partition}",
            transactional_id=f"{settings.output_prefix}{settings.app_id}-{partition}",
            enable_idempotence=True,
            acks="all",
            linger_ms=0,
            max_batch_size=BATCH_BYTES,
            max_request_size=4 * BATCH_BYTES,
            request_timeout_ms=int(settings.request_timeout_seconds * 1000),
            transaction_timeout_ms=int(settings.transaction_timeout_seconds * 1000),
        )

    async def start(self) -> None:
        """Fence the owner before, and settle what it left open."""
        await asyncio.wait_for(self.producer.start(), self.settings.connect_seconds)

    async def stop(self) -> None:
        """Close the producer, within a bound; what it holds is not flushed."""
        try:
            await asyncio.wait_for(closed(self.producer), STOP_SECONDS)
        except Exception as error:  # noqa: BLE001 - it is thrown away in any case
            log.warning("producer did not close", partition=self.partition, reason=repr(error))

    async def append(self, batch: Batch) -> None:
        """Commit a batch as one transaction. Raises Doubt on anything but success."""
        try:
            await asyncio.wait_for(self._append(batch), self.settings.request_timeout_seconds)
        except Doubt:
            raise
        except Exception as error:
            raise Doubt(repr(error)) from error

    async def _append(self, batch: Batch) -> None:
        await self.producer.begin_transaction()
        sends = await self._send_all(batch)
        done = await asyncio.gather(*(sent for _, sent in sends))
        ledger = self.settings.names.of(LEDGER)
        for (before, _), lies in zip(sends, done, strict=True):
            predicted = batch.ledger_offset + before
            if lies.topic == ledger and lies.offset != predicted:
                raise Doubt(f"the ledger stood at {lies.offset}, not at {predicted}")
        await self._commit()

    async def _commit(self) -> None:
        """Commit, once. Raises Doubt if the client may have asked twice.

        A request to commit names no transaction. The client sends it again when its connection
        breaks, and the first one may come later and end the next transaction, half-written
        (KIP-890). A producer that is started anew has another epoch, for which it comes too late.
        """
        before = self._line()
        await self.producer.commit_transaction()
        if self._line() is not before:
            raise Doubt("the connection broke during a commit, which may still come once more")

    def _line(self) -> object:
        """The connection to the coordinator of transactions, as the client holds it now."""
        node = self.producer._sender._coordinators.get(TRANSACTION)  # noqa: SLF001 - not told else
        return self.producer.client._conns.get((node, COORDINATION))  # noqa: SLF001

    async def _send_all(self, batch: Batch) -> list[Send]:
        """Every record on its way, the ledger's first."""
        names = self.settings.names
        sends: list[Send] = []
        for role, outgoing in batch.outgoing.items():
            topic = names.of(role)
            written = [stamped(one) for one in outgoing] if role == DEAD_LETTERS else outgoing
            for partition, records in _by_partition(written):
                sends += await self._send(topic, partition, records)
        return sends

    async def _send(self, topic: str, partition: int, records: Sequence[Outgoing]) -> list[Send]:
        producer, first = self.producer, 0
        sends: list[Send] = []
        batch = producer.create_batch()
        for place, record in enumerate(records):
            if not put(batch, record):
                sends.append((first, await producer.send_batch(batch, topic, partition=partition)))
                batch, first = producer.create_batch(), place
                if not put(batch, record):
                    raise Doubt(f"a record of {topic} exceeds {BATCH_BYTES} bytes")
        sends.append((first, await producer.send_batch(batch, topic, partition=partition)))
        return sends


def put(batch: Any, record: Outgoing) -> bool:
    """Add a record to a producer's batch; False if the batch is full."""
    added = batch.append(
        key=record.key, value=record.value, timestamp=None, headers=list(record.headers)
    )
    return added is not None


def _by_partition(outgoing: Sequence[Outgoing]) -> list[tuple[int, list[Outgoing]]]:
    """Records by partition, each in their order. Only transfers ever go to several."""
    if not outgoing:
        return []
    found: dict[int, list[Outgoing]] = {}
    for record in outgoing:
        found.setdefault(record.partition, []).append(record)
    return sorted(found.items())
