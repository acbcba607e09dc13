"""The partitions that this worker owns: what waits for them, their state, and their writers."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import structlog
from faust.types import TP

from processors.partition import Undecidable
from processors.runtime.announcing import Announcements
from processors.runtime.history import Histories
from processors.runtime.owned import AWAY, opened, whole
from processors.runtime.writer import Doubt

if TYPE_CHECKING:
    from collections.abc import Iterable

    from processors.partition import Batch, Engine, Fetched
    from processors.runtime.clock import Clock
    from processors.runtime.owned import Owned
    from processors.runtime.settings import Settings
    from processors.runtime.telemetry import Telemetry
    from processors.runtime.thread import Bounds, Fetch, LedgerThread

log = structlog.get_logger("owner")
RECLAIM_SECONDS = 2.5


class Owner:
    """Takes partitions over, folds what waits for them, and lets them go."""

    def __init__(
        self, settings: Settings, engine: Engine, clock: Clock, telemetry: Telemetry
    ) -> None:
        self.settings = settings
        self.engine = engine
        self.clock = clock
        self.telemetry = telemetry
        self.topics = settings.names.inputs()
        self.histories = Histories(settings)
        self.announcing = self.topics[0]
        """The topic under whose name partitions are announced to the agent."""
        self.owned: dict[int, Owned] = {}
        self.announcements = Announcements()
        self.turns = 0
        """How often partitions were assigned to us."""
        self.turning = asyncio.Lock()
        """Held while partitions are taken over."""
        self.recovered_once = False
        self.stopping = False
        self.reclaiming: set[int] = set()
        """Partitions that are not fetched, because they are being recovered."""
        self.thread: LedgerThread | None = None
        self.failed: BaseException | None = None

    def add(self, topic: str, partition: int, fetch: Fetch, records: list[Fetched]) -> None:
        """Take what was fetched, if it begins where we are."""
        owned = self.owned.get(partition)
        if owned is not None:
            owned.waiting.take_in(topic, fetch._replace(records=records))

    def position(self, log: TP) -> int | None:
        """The next offset to fetch of a topic's partition; None if it is not ours."""
        owned = self.owned.get(log.partition)
        return None if owned is None else owned.waiting.positions.get(log.topic)

    def full(self) -> set[TP]:
        """Partitions of topics of which enough waits: they are not fetched for now."""
        bounds = self.settings.waiting_records, self.settings.waiting_bytes
        return {
            TP(topic, number)
            for number, owned in self.owned.items()
            for topic in (self.topics if number in self.reclaiming else owned.waiting.full(*bounds))
        }

    def to_announce(self) -> list[int]:
        """Partitions with work that nobody is at yet."""
        return self.announcements.make(
            number
            for number, owned in self.owned.items()
            if owned.waiting.size and number not in self.reclaiming and not owned.waiting.missing()
        )

    async def take_over(self, assignment: Iterable[TP], thread: LedgerThread) -> dict[TP, int]:
        """Recover the partitions that are ours now. Returns where to go on reading.

        One at a time; one that a later rebalance has overtaken ends with the partition at hand.
        """
        self.thread = thread
        self.turns += 1
        turn = self.turns
        wanted = whole(assignment, self.topics)
        await self.let_go(set(self.owned) - wanted)
        async with self.turning:
            began = time.monotonic()
            await self.let_go(set(self.owned) - wanted)
            for number in sorted(wanted - set(self.owned)):
                await self._open(number, thread, turn)
            self.announcements.drop_unheard()
            self.recovered_once = True
            self.telemetry.assigned(sorted(self.owned), time.monotonic() - began)
            return {
                TP(topic, number): owned.waiting.positions[topic]
                for number, owned in self.owned.items()
                for topic in self.topics
            }

    async def _open(self, number: int, thread: LedgerThread, turn: int) -> Owned | None:
        """Open a partition, unless a later rebalance overtakes us, or we stop."""
        began = time.monotonic()
        logs = [TP(topic, number) for topic in self.topics]

        async def bounds() -> dict[str, Bounds]:
            return {log.topic: held for log, held in (await thread.bounds(logs)).items()}

        def wanted() -> bool:
            return turn == self.turns and not self.stopping

        owned = await opened(self.settings, self.engine, number, bounds, wanted)
        if owned is not None:
            self.owned[number] = owned
            self.announcements.withdraw([number])
            self.telemetry.recovered(number, time.monotonic() - began)
        return owned

    async def let_go(self, numbers: Iterable[int]) -> None:
        """Drop partitions: their state, and their producers within a bound."""
        gone = [self.owned.pop(number) for number in sorted(numbers) if number in self.owned]
        self.announcements.withdraw(owned.partition.number for owned in gone)
        await asyncio.gather(*(owned.writer.stop() for owned in gone))

    async def reclaim(self, number: int) -> None:
        """After doubt: throw state and producer away, and recover, if the group left it to us.

        A worker that was fenced because it slept is told so by the group's next heartbeats.
        """
        owned = self.owned[number]
        self.reclaiming.add(number)
        await owned.writer.stop()
        await asyncio.sleep(RECLAIM_SECONDS)
        async with self.turning:
            thread = self.thread
            if self.owned.get(number) is owned and not self.stopping and thread is not None:
                del self.owned[number]
                fresh = await self._open(number, thread, self.turns)
                positions = {} if fresh is None else fresh.succeed(owned)
                await thread.place({TP(topic, number): at for topic, at in positions.items()})
        self.reclaiming.discard(number)

    async def drain(self, number: int) -> None:
        """Fold what waits for a partition until nothing does; then its announcement is spent."""
        self.announcements.hear(number)
        try:
            await self._drain(number)
        finally:
            self.announcements.spend(number)

    async def _drain(self, number: int) -> None:
        while (owned := self.owned.get(number)) is not None and not self.stopping:
            async with owned.at_work(self.owned) as ours:
                if not ours:
                    continue
                run = owned.waiting.take(self.settings.run_records, self.settings.run_bytes)
                if run:
                    await self._fold(owned, run)
            if not run or self.owned.get(number) is not owned:
                break
            await asyncio.sleep(0)

    async def _fold(self, owned: Owned, run: list[Fetched]) -> None:
        histories = None
        while run:
            try:
                with self.telemetry.folding(len(run)):
                    batch = owned.partition.fold(run, histories)
            except Undecidable as found:
                owned.partition.aside[found.at] = found.failed
                await self._doubt(owned, str(found))
                return
            if not await self._commit(owned, batch):
                return
            self.telemetry.folded(batch, run)
            if batch.stopped_at is None:
                return
            run = run[batch.stopped_at :]
            histories = None
            if batch.wanted:
                try:
                    histories = await self.histories.read(owned.partition.number, batch.wanted)
                except AWAY as error:
                    await self._doubt(owned, repr(error))
                    return

    async def _commit(self, owned: Owned, batch: Batch) -> bool:
        """Append a batch. False: there was doubt, and the partition was recovered instead."""
        if batch.empty:
            return True
        try:
            with self.telemetry.appending():
                await owned.writer.append(batch)
        except Doubt as doubt:
            await self._doubt(owned, str(doubt))
            return False
        return True

    async def _doubt(self, owned: Owned, reason: str) -> None:
        """What is in memory may not be what is in the ledger, or goes no further."""
        number = owned.partition.number
        log.warning("doubt", partition=number, reason=reason)
        self.telemetry.doubted()
        if self.owned.get(number) is owned and not self.stopping:
            await self.reclaim(number)

    async def tick(self) -> None:
        """Let time pass for idle accounts, as far as the clock says."""
        self.announcements.forget_unheard()
        for _, owned in sorted(self.owned.items()):
            if owned.lock.locked():
                continue
            async with owned.at_work(self.owned) as ours:
                if ours and await self._pass_time(owned):
                    await self._commit(owned, owned.partition.settle(owned.old()))

    async def settle(self) -> None:
        """Save all that is unsaved, for who comes next. Nobody needs it; it spares him time."""
        for owned in list(self.owned.values()):
            async with owned.at_work(self.owned) as ours:
                while ours and not (batch := owned.partition.settle()).empty:
                    if not await self._commit(owned, batch):
                        break

    async def _pass_time(self, owned: Owned) -> bool:
        """Do what is due by the clock, once all older records are here. False: there was doubt."""
        if owned.waiting.missing():
            return True
        until = self.clock.until(owned.waiting.oldest()) or 0
        while (due := owned.partition.next_due()) is not None and due <= until:
            batch = owned.partition.advance(until)
            if not await self._commit(owned, batch):
                return False
            self.telemetry.folded(batch)
            await asyncio.sleep(0)
        return True

    def lacking(self, assignment: Iterable[TP]) -> set[int]:
        """Partitions that the group gave us, and that nobody has taken over yet."""
        return {log.partition for log in assignment if log.topic in self.topics} - set(self.owned)
