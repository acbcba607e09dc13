"""One partition that is ours: its state, its writer, and what waits for it."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import structlog
from aiokafka.errors import KafkaError
from faust.types import TP

from processors.partition.planning import overtaken, plan
from processors.runtime.faults import Fault
from processors.runtime.merge import Waiting
from processors.runtime.recovery import recover, unpublished
from processors.runtime.writer import Doubt, PartitionWriter

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Mapping

    from processors.partition import Engine, Partition
    from processors.runtime.settings import Settings
    from processors.runtime.thread import Bounds

AGAIN_SECONDS = 1.0
AWAY = (Doubt, Fault, KafkaError, OSError, TimeoutError)
"""What happens while brokers are away, or do not agree yet who leads."""
log = structlog.get_logger("owned")
SETTLE_SECONDS = 60.0
"""How long a snapshot is behind, twice that at most, where events are too few to bring it about."""


class Owned:
    """One partition that is ours."""

    def __init__(self, partition: Partition, writer: PartitionWriter, waiting: Waiting) -> None:
        self.partition = partition
        self.writer = writer
        self.waiting = waiting
        self.lock = asyncio.Lock()
        """Held while a run is folded and committed: one at a time."""
        self._marked_at = time.monotonic()
        self._marks = (0, partition.writer.chain.next_seq)
        self._seen = 0

    def old(self) -> int:
        """Asked at each tick: the sequence before which everything is to be saved by now.

        All there is, where nothing came since the last tick; else what the ledger held a while ago.
        """
        now, seq = time.monotonic(), self.partition.writer.chain.next_seq
        idle, self._seen = seq == self._seen, seq
        if now - self._marked_at > SETTLE_SECONDS:
            self._marked_at = now
            self._marks = self._marks[1], seq
        return seq if idle else self._marks[0]

    def succeed(self, before: Owned) -> Mapping[str, int]:
        """Take the place of one that was thrown away; where to read on, by topic."""
        self.partition.aside = before.partition.aside
        return self.waiting.positions

    @asynccontextmanager
    async def at_work(self, held: dict[int, Owned]) -> AsyncIterator[bool]:
        """One at a time; whether the partition is still held.

        Who fails half-way leaves a state that is in no ledger: nobody goes on with it.
        """
        number = self.partition.number
        async with self.lock:
            ours = held.get(number) is self
            try:
                yield ours
            except BaseException:
                if ours:
                    held.pop(number, None)
                raise


class Split(Exception):  # noqa: N818 - what the assignment is
    """A partition number is not wholly ours: another worker would write to it as well."""


def whole(assignment: Iterable[TP], topics: Collection[str]) -> set[int]:
    """The partition numbers of an assignment. Raises Split if one comes without a topic."""
    held: dict[int, set[str]] = {}
    for log in assignment:
        if log.topic in topics:
            held.setdefault(log.partition, set()).add(log.topic)
    for number, found in sorted(held.items()):
        if missing := set(topics) - found:
            raise Split(f"partition {number} came without {', '.join(sorted(missing))}")
    return set(held)


async def opened(
    settings: Settings,
    engine: Engine,
    number: int,
    bounds: Callable[[], Awaitable[dict[str, Bounds]]],
    wanted: Callable[[], bool],
) -> Owned | None:
    """Open a partition, again and again while brokers are away, as long as it is wanted.

    None: it is not wanted any more. Raises what is wrong once the watchdog's time is over.
    """
    deadline = time.monotonic() + settings.watchdog_seconds
    while wanted():
        try:
            return await open_partition(settings, engine, number, await bounds())
        except AWAY as error:
            if time.monotonic() > deadline:
                raise
            log.warning("not opened", partition=number, reason=repr(error))
            await asyncio.sleep(AGAIN_SECONDS)
    return None


async def open_partition(
    settings: Settings, engine: Engine, number: int, bounds: dict[str, Bounds]
) -> Owned:
    """Fence the writers of before, recover the state, publish what they left unpublished.

    `bounds` says what each input topic's partition held when it was taken over.
    """
    writer = PartitionWriter(settings, number)
    try:
        await writer.start()
        partition = await recover(settings, engine, number)
        missing = await unpublished(settings, partition)
        if missing is not None:
            await writer.append(missing)
        await _plan(partition, writer)
        positions = going_on(number, partition.positions, bounds)
    except BaseException:
        # Also when this is cancelled half-way: an open producer must not stay behind.
        await asyncio.shield(writer.stop())
        raise
    ends = {topic: held.end for topic, held in bounds.items()}
    return Owned(partition, writer, Waiting(positions, ends))


async def _plan(partition: Partition, writer: PartitionWriter) -> None:
    """Enter what another program's calendar brings, and say where that comes too late."""
    number, accounts = partition.number, 0
    for version, count in overtaken(partition).items():
        # What the version before has decided stays as it is.
        log.error("version begins in the past", partition=number, version=version, accounts=count)
    for batch in plan(partition):
        if len(batch):
            await writer.append(batch)
            accounts += len(batch)
            log.info("program changed", partition=number, accounts=accounts)
        await asyncio.sleep(0)


def going_on(
    number: int, positions: Mapping[str, int], bounds: Mapping[str, Bounds]
) -> dict[str, int]:
    """Where to read on, by topic: where the ledger says, or where what is kept begins.

    Raises Fault where a topic ends before what was decided of it.
    """
    found: dict[str, int] = {}
    for topic, held in bounds.items():
        at = positions.get(topic, 0)
        if at > held.end:
            raise Fault(
                f"{topic}, partition {number}, ends at {held.end}; the ledger has decided all "
                f"before {at}: it seems to be made anew",
                "Bring the topic back as it was, or begin another ledger under another prefix.",
            )
        if 0 < at < held.begin:
            # Retention was faster than us: nobody can decide these any more.
            last = held.begin - 1
            log.error("inputs lost", topic=topic, partition=number, first=at, last=last)
        found[topic] = max(at, held.begin)
    return found


def positions(owned: Mapping[int, Owned]) -> Mapping[TP, int]:
    """Where each input of these partitions stands: for lag dashboards."""
    return {
        TP(topic, number): offset
        for number, one in owned.items()
        for topic, offset in one.partition.positions.items()
    }
