"""Defects of the runtime, each put in by replacing one piece of it, and taken out again."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, contextmanager
from itertools import count
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from aiokafka import AIOKafkaConsumer, TopicPartition

from processors.accounts.resting import rest
from processors.partition.store import Store
from processors.partition.writer import Writer
from processors.runtime import owned as owned_module
from processors.runtime import owner as owner_module
from processors.runtime.owned import Owned
from processors.runtime.owner import Owner
from processors.runtime.writer import Doubt, PartitionWriter

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from processors.partition import Batch
    from processors.runtime.thread import Bounds


@contextmanager
def nobody_is_fenced() -> Iterator[None]:
    """Every producer has a transactional id of its own, so that starting one fences nobody."""
    real, numbers = PartitionWriter.__init__, count()

    def made(self: PartitionWriter, settings: Any, partition: int) -> None:
        real(self, settings.model_copy(update={"app_id": f"app{next(numbers)}"}), partition)

    with patch.object(PartitionWriter, "__init__", made):
        yield


@contextmanager
def no_append_is_looked_at() -> Iterator[None]:
    """Nobody is fenced, and where the ledger stood at an append is not compared."""

    async def append(self: PartitionWriter, batch: Batch) -> None:
        await self.producer.begin_transaction()
        done = await asyncio.gather(*(sent for _, sent in await self._send_all(batch)))
        batch.ledger_offset = done[0].offset
        await self.producer.commit_transaction()

    with nobody_is_fenced(), patch.object(PartitionWriter, "_append", append):
        yield


@contextmanager
def doubt_is_taken_for_success() -> Iterator[None]:
    """A run whose commit failed counts as done."""
    real = PartitionWriter.append

    async def append(self: PartitionWriter, batch: Batch) -> None:
        try:
            await real(self, batch)
        except Doubt:
            await asyncio.sleep(1)

    with patch.object(PartitionWriter, "append", append):
        yield


@contextmanager
def failed_sends_are_committed() -> Iterator[None]:
    """The commit does not wait for what became of the sends."""

    async def append(self: PartitionWriter, batch: Batch) -> None:
        await self.producer.begin_transaction()
        sends = [sent for _, sent in await self._send_all(batch)]
        await asyncio.gather(*sends, return_exceptions=True)
        await self.producer.commit_transaction()

    with patch.object(PartitionWriter, "_append", append):
        yield


@contextmanager
def group_offsets_are_trusted() -> Iterator[None]:
    """After a take-over inputs are read from what the group has committed."""
    real = owned_module.open_partition

    async def opened(settings: Any, engine: Any, number: int, ends: dict[str, Bounds]) -> Any:
        owned = await real(settings, engine, number, ends)
        client = AIOKafkaConsumer(bootstrap_servers=settings.broker, group_id=settings.app_id)
        await client.start()
        for topic, bounds in ends.items():
            told = await client._coordinator.fetch_committed_offsets(  # type: ignore[union-attr]
                [TopicPartition(topic, number)]
            )
            for at in told.values():
                owned.waiting.positions[topic] = min(at.offset, bounds.end)
        await client.stop()
        return owned

    with patch.object(owned_module, "open_partition", opened):
        yield


@contextmanager
def a_run_that_failed_half_way_is_gone_on_with() -> Iterator[None]:
    """The partition is still held, with a state that no ledger knows."""

    @asynccontextmanager
    async def at_work(self: Owned, held: dict[int, Owned]) -> AsyncIterator[bool]:
        async with self.lock:
            yield held.get(self.partition.number) is self

    with patch.object(Owned, "at_work", at_work):
        yield


@contextmanager
def aborted_records_are_read() -> Iterator[None]:
    """The workers' clients read what is not committed."""
    real = AIOKafkaConsumer.__init__

    def made(self: Any, *topics: str, **options: Any) -> None:
        real(self, *topics, **options | {"isolation_level": "read_uncommitted"})  # type: ignore[no-untyped-call]

    with patch.object(AIOKafkaConsumer, "__init__", made):
        yield


@contextmanager
def snapshots_are_forgotten() -> Iterator[None]:
    """Every fifth snapshot is not written."""
    real, numbers = Writer.snapshot, count(1)

    def snapshot(self: Writer, key: bytes, value: bytes | None, headers: Any) -> None:
        if next(numbers) % 5 or key == b"head":
            real(self, key, value, headers)

    with patch.object(Writer, "snapshot", snapshot):
        yield


@contextmanager
def changed_accounts_are_woken_from_older_bytes() -> Iterator[None]:
    """An account that is let go of keeps the bytes that it had first."""
    real = Store.hold

    def hold(self: Store, name: str, account: Any) -> None:
        if len(self.younger) >= self.capacity:
            for gone in self.stale.intersection(self.older):
                self.resting.setdefault(gone, rest(self.older[gone]))
            self.stale.difference_update(self.older)
        real(self, name, account)

    with patch.object(Store, "hold", hold):
        yield


@contextmanager
def the_producer_is_used_again_after_doubt() -> Iterator[None]:
    """After doubt the next run goes out by the same producer, from the state as it is."""

    async def reclaim(self: Owner, number: int) -> None:
        await asyncio.sleep(owner_module.RECLAIM_SECONDS)
        owned = self.owned.get(number)
        if owned is not None and owned.writer.producer._txn_manager.is_in_transaction():
            await owned.writer.producer.abort_transaction()

    with patch.object(Owner, "reclaim", reclaim):
        yield


@contextmanager
def a_commit_may_come_twice() -> Iterator[None]:
    """A producer goes on although its connection broke during a commit."""
    with patch.object(PartitionWriter, "_line", lambda _self: None):
        yield


RUNTIME = (
    a_commit_may_come_twice,
    a_run_that_failed_half_way_is_gone_on_with,
    aborted_records_are_read,
    changed_accounts_are_woken_from_older_bytes,
    doubt_is_taken_for_success,
    failed_sends_are_committed,
    group_offsets_are_trusted,
    no_append_is_looked_at,
    snapshots_are_forgotten,
    the_producer_is_used_again_after_doubt,
)
