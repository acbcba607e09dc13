"""Faust's transport, with a consumer that hands out runs instead of messages.

Plain Faust pays two tasks and a lock for each message. This consumer gathers what is fetched per
partition, announces a partition with work once, and its task then takes runs until nothing waits;
so a run grows while the one before it is committed. Created with the range assignor over identical
subscriptions, partition *p* of all topics belongs to one worker; with `read_committed`, aborted
transfers never become points.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, cast

from faust.transport.drivers import aiokafka as driver
from faust.types import TP, ConsumerMessage

from processors.partition import Fetched
from processors.runtime.reading import headers_of
from processors.runtime.thread import IDLE_SECONDS, LedgerThread

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from processors.runtime.owner import Owner

SCHEME = "ledger"


class LedgerConsumer(driver.Consumer):
    """Gathers fetched records in the owner; tells the agent once that a partition has work."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.taking: set[asyncio.Task[None]] = set()
        """Partitions are being taken over by these."""
        self.polled_at = time.monotonic()

    def _new_consumer_thread(self) -> LedgerThread:
        return LedgerThread(self, loop=self.loop, beacon=self.beacon)

    @property
    def ledger_thread(self) -> LedgerThread:
        """The consumer's thread."""
        return cast("LedgerThread", self._thread)

    @property
    def owner(self) -> Owner:
        """Whose partitions these are."""
        return cast("Owner", cast("Any", self.app).owner)

    async def getmany(
        self,
        timeout: float,  # noqa: ASYNC109 - the signature is Faust's
    ) -> AsyncIterator[tuple[TP, ConsumerMessage]]:
        """Fetch, put aside what came, and announce the partitions that have work."""
        del timeout
        self.polled_at = time.monotonic()
        if not self.flow_active:
            await self.wait(cast("Any", self.can_resume_flow))
        owner = self.owner
        wanted = self._get_active_partitions() - owner.full()
        if not wanted:
            await self.sleep(IDLE_SECONDS)
            return
        await self._gather({log: owner.position(log) for log in wanted})
        if self.should_stop or not self.flow_active:
            return
        for partition in owner.to_announce():
            yield self._announcement(partition, self.app.consumer_generation_id)

    async def _gather(self, wanted: Mapping[TP, int | None]) -> None:
        """Fetch what comes next; where the client stands elsewhere, put it where we are."""
        owner, thread = self.owner, self.ledger_thread
        positions = {log: at for log, at in wanted.items() if at is not None}
        came = await thread.fetch(positions) if positions else {}
        for log, fetch in came.items():
            records = [fetched(record) for record in fetch.records]
            owner.add(log.topic, log.partition, fetch, records)
        astray = {log: owner.position(log) for log in positions if log not in came}
        if astray and self.flow_active:
            await thread.place({log: at for log, at in astray.items() if at is not None})
        if not came:
            await self.sleep(IDLE_SECONDS)

    def _announcement(self, partition: int, generation: int) -> tuple[TP, ConsumerMessage]:
        log = TP(self.owner.announcing, partition)
        message = ConsumerMessage(
            log.topic,
            partition,
            self.owner.announcements.number(),
            0.0,
            0,
            [],
            None,
            b"",
            None,
            0,
            0,
            log,
            generation_id=generation,
        )
        return log, message

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Begin to recover the partitions that are now ours. Returns nothing, at once.

        Faust waits no longer than a request may take; if this took longer (much state, or a process
        that was stopped for a while), its loop that follows rebalances would end for good.
        """
        taking = asyncio.create_task(self._take_over())
        self.taking.add(taking)
        taking.add_done_callback(self._took_over)
        return {}

    async def _take_over(self) -> None:
        positions = await self.owner.take_over(self.assignment(), self.ledger_thread)
        await self.ledger_thread.place(positions)

    def _took_over(self, taking: asyncio.Task[None]) -> None:
        self.taking.discard(taking)
        if not taking.cancelled() and taking.exception() is not None:
            self.owner.failed = taking.exception()

    async def perform_seek(self) -> None:
        """Called after an assignment, before the flow resumes."""
        await self.seek_to_committed()
        self._read_offset.clear()

    async def commit(self, topics: Any = None, start_new_transaction: bool = True) -> bool:  # noqa: FBT001, FBT002 - Faust's signature
        """Nothing: the ledger alone says where we resume."""
        del topics, start_new_transaction
        return True


def fetched(record: Any) -> Fetched:
    """What the fold needs of the client's record."""
    return Fetched(
        record.topic,
        record.partition,
        record.offset,
        record.timestamp,
        record.key,
        record.value,
        headers_of(record),
    )


class Transport(driver.Transport):
    """Looked up by Faust through the URL scheme `ledger`."""

    Consumer = LedgerConsumer
