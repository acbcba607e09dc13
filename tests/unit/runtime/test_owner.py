"""Partitions with work are announced once, and again where the announcement was lost."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from aiokafka.errors import KafkaConnectionError
from faust.types import TP

from processors.engine import engine_of
from processors.partition import Fetched, Partition
from processors.programs.load import load
from processors.runtime.clock import Clock
from processors.runtime.history import Histories
from processors.runtime.merge import Waiting
from processors.runtime.owned import Owned
from processors.runtime.owner import Owner
from processors.runtime.settings import Settings
from processors.runtime.telemetry import Telemetry
from processors.runtime.thread import Fetch, LedgerThread
from processors.runtime.writer import PartitionWriter
from schemas.ledger import DECODER
from schemas.values import parse_instant
from tests.driver.traffic import DAY, STRUCTURED
from tests.properties.test_permuted_arrival import order

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from pathlib import Path

    from processors.partition import Batch, HistoryWanted
    from tests.driver.traffic import Sent

TOPIC = "commerce.purchases.v1"
MARCH = parse_instant("2026-03-02T12:00:00-05:00")
TODAY = MARCH + 100 * DAY


@pytest.fixture
async def owner(tmp_path: Path) -> AsyncIterator[Owner]:
    """An owner of partition 0, of which one record waits."""
    settings = Settings(home=tmp_path, partitions=1, clock="stream")
    engine = engine_of(load("starter"), 1)
    owner = Owner(settings, engine, Clock("stream"), Telemetry(engine.program))
    waiting = Waiting({TOPIC: 0}, {TOPIC: 1})
    nonsense = [Fetched(TOPIC, 0, 0, 0, b"m1", b"nonsense", [])]
    waiting.take_in(TOPIC, Fetch(0, 1, 1, nonsense, 0.0))
    owner.owned[0] = Owned(Partition(engine, 0, 1), PartitionWriter(settings, 0), waiting)
    yield owner
    await owner.let_go([0])


class Written(PartitionWriter):
    """Takes every batch for committed."""

    def __init__(self, settings: Settings, partition: int) -> None:
        super().__init__(settings, partition)
        self.batches: list[Batch] = []
        self.writing = asyncio.Lock()

    async def append(self, batch: Batch) -> None:
        """Keep it, in a while."""
        assert not self.writing.locked(), "one transaction at a time"
        async with self.writing:
            await asyncio.sleep(0)
            self.batches.append(batch)


class Midsummer(Clock):
    """It is some day after the orders, and stays that."""

    def until(self, oldest_waiting_ms: int | None) -> int | None:
        """As the clock of the wall says it."""
        return TODAY if oldest_waiting_ms is None else min(TODAY, oldest_waiting_ms * 1000)


class Nowhere(Histories):
    """The ledger cannot be read now."""

    async def read(self, number: int, wanted: Sequence[HistoryWanted]) -> dict[str, list[bytes]]:
        """It cannot."""
        raise KafkaConnectionError(f"{number}, {len(wanted)}")


class Opening(Owner):
    """Opens a partition in a while, and nothing beside it."""

    def __init__(self, book: Owner) -> None:
        super().__init__(book.settings, book.engine, book.clock, Telemetry(book.engine.program))
        self.owned = dict(book.owned)
        self.at_it = asyncio.Event()
        self.opened = 0

    async def _open(self, number: int, thread: LedgerThread, turn: int) -> Owned | None:
        """One at a time: two writers of a partition would fence each other."""
        assert thread is self.thread
        assert turn == self.turns
        assert not self.at_it.is_set(), "another one is being opened"
        self.at_it.set()
        for _ in range(9):
            await asyncio.sleep(0)
        self.at_it.clear()
        self.opened += 1
        waiting = Waiting(dict.fromkeys(self.topics, 0), dict.fromkeys(self.topics, 0))
        writer = Written(self.settings, number)
        self.owned[number] = Owned(Partition(self.engine, number, 1), writer, waiting)
        return self.owned[number]


class Placing(LedgerThread):
    """Reads from wherever it is told to."""

    def __init__(self) -> None:
        self.placed: list[Mapping[TP, int]] = []

    async def place(self, positions: Mapping[TP, int]) -> None:
        """It is told."""
        self.placed.append(positions)


class Reclaiming(Owner):
    """Notes what it has to recover."""

    async def reclaim(self, number: int) -> None:
        """Let it go, with all that was fetched of it."""
        await self.let_go([number])


def arrived(sent: Sent, offset: int) -> Fetched:
    """The event as it was fetched."""
    at = sent.arrival // 1000
    return Fetched(TOPIC, 0, offset, at, sent.key.encode(), sent.value, STRUCTURED)


@pytest.fixture
async def book(tmp_path: Path) -> AsyncIterator[Reclaiming]:
    """An owner of partition 0, in which somebody has bought something, and nothing waits."""
    settings = Settings(home=tmp_path, partitions=1, run_records=1)
    engine = engine_of(load("starter"), 1)
    owner = Reclaiming(settings, engine, Midsummer("wall"), Telemetry(engine.program))
    waiting = Waiting({TOPIC: 0}, {TOPIC: 1})
    bought = [arrived(order("A", "ana", MARCH, 10_000), 0)]
    waiting.take_in(TOPIC, Fetch(0, 1, 1, bought, 0.0))
    owner.owned[0] = Owned(Partition(engine, 0, 1), Written(settings, 0), waiting)
    await owner.drain(0)
    yield owner
    await owner.let_go([0])


def written(owner: Owner) -> list[str]:
    """What each record that was committed is about."""
    writer = owner.owned[0].writer
    assert isinstance(writer, Written)
    records = [one.value for batch in writer.batches for one in batch.outgoing["ledger"]]
    causes = [DECODER.decode(value or b"").cause for value in records]
    return ["" if cause is None else cause.type for cause in causes]


async def test_time_passes_where_nothing_waits(book: Reclaiming) -> None:
    """Points are released, and those that were never used end, though nobody buys."""
    await book.tick()
    assert written(book)[1:]
    due = book.owned[0].partition.next_due()
    assert due is None or due > TODAY


async def test_time_stops_at_what_waits(book: Reclaiming) -> None:
    """A backlog is never made late by our own clock."""
    owned = book.owned[0]
    due = owned.partition.next_due()
    waits = [arrived(order("B", "bob", MARCH + DAY, 10_000), 1)]
    owned.waiting.take_in(TOPIC, Fetch(1, 2, 2, waits, 0.0))
    await book.tick()
    assert len(written(book)) == 1
    assert owned.partition.next_due() == due


async def test_time_stops_before_what_is_not_fetched_yet(book: Reclaiming) -> None:
    """A worker that has just taken over knows how far the log goes, and not how old it is."""
    owned = book.owned[0]
    owned.waiting.ends[TOPIC] = 2
    await book.tick()
    assert len(written(book)) == 1
    waits = [arrived(order("B", "bob", MARCH + DAY, 10_000), 1)]
    owned.waiting.take_in(TOPIC, Fetch(1, 2, 2, waits, 0.0))
    await book.drain(0)
    await book.tick()
    assert len(written(book)) > 2


async def test_one_batch_is_written_at_a_time(book: Reclaiming) -> None:
    """Whoever comes in between, the clock or another announcement, waits for his turn."""
    orders = [arrived(order(f"{n}", "bob", MARCH + n * DAY, 10_000), n) for n in range(1, 6)]
    book.owned[0].waiting.take_in(TOPIC, Fetch(1, 6, 6, orders, 0.0))
    await asyncio.gather(book.drain(0), book.tick(), book.drain(0), book.settle())
    assert len(written(book)) > len(orders)


async def test_who_waits_for_a_turn_may_find_the_partition_gone(book: Reclaiming) -> None:
    """Then nothing of it is folded: another owner does that."""
    owned = book.owned[0]
    waits = [arrived(order("B", "bob", MARCH + DAY, 10_000), 1)]
    owned.waiting.take_in(TOPIC, Fetch(1, 2, 2, waits, 0.0))
    async with owned.lock:
        draining = asyncio.create_task(book.drain(0))
        await asyncio.sleep(0)
        await book.let_go([0])
    await draining
    assert owned.waiting.size == 1


async def test_who_lets_go_of_a_partition_closes_its_producer(book: Reclaiming) -> None:
    """What it has left open would hold readers back until it grows too old."""
    writer = book.owned[0].writer
    await book.let_go([0])
    assert writer.producer._closed
    assert book.owned == {}


async def test_a_run_that_lacks_its_history_is_not_passed_over(book: Reclaiming) -> None:
    """Given that the ledger cannot be read, then the partition is recovered with all it had."""
    book.histories = Nowhere(book.settings)
    late = order("C", "ana", MARCH - DAY, 10_000)._replace(arrival=MARCH + DAY)
    owned = book.owned[0]
    owned.waiting.take_in(TOPIC, Fetch(1, 2, 2, [arrived(late, 1)], 0.0))
    await book.drain(0)
    assert owned.waiting.size == 0
    assert 0 not in book.owned


async def test_what_is_taken_back_is_not_taken_over_beside_that(
    book: Reclaiming, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given doubt, when the group turns while the partition is recovered, it is opened once."""
    monkeypatch.setattr("processors.runtime.owner.RECLAIM_SECONDS", 0.0)
    owner, thread = Opening(book), Placing()
    owner.thread = thread
    ours = {TP(topic, 0): 0 for topic in owner.topics}
    taking_back = asyncio.create_task(owner.reclaim(0))
    await owner.at_it.wait()
    assert await owner.take_over(ours, thread) == ours
    await taking_back
    assert owner.opened == 1
    assert thread.placed == [ours]
    assert owner.full() == set()
    await owner.let_go([0])


async def test_work_is_announced_once(owner: Owner) -> None:
    """A partition that somebody is at is not announced again."""
    assert owner.to_announce() == [0]
    assert owner.to_announce() == []


async def test_a_lost_announcement_is_made_again(owner: Owner) -> None:
    """A rebalance drops messages on their way; input must not wait for ever because of it."""
    assert owner.to_announce() == [0]
    await owner.tick()
    assert owner.to_announce() == [], "it may still be on its way"
    await owner.tick()
    assert owner.to_announce() == [0]


async def test_a_long_run_is_not_announced_again(owner: Owner) -> None:
    """A partition that is being drained keeps its announcement, however long that takes."""
    assert owner.to_announce() == [0]
    owner.announcements.hear(0)
    for _ in range(3):
        await owner.tick()
    assert owner.to_announce() == []


def test_what_was_read_from_elsewhere_is_not_taken() -> None:
    """Neither a gap nor a repeat gets into what waits; what begins where we are does."""
    waiting = Waiting({TOPIC: 5}, {TOPIC: 9})
    later = [Fetched(TOPIC, 0, offset, 0, b"m1", b"x", []) for offset in (7, 8)]
    waiting.take_in(TOPIC, Fetch(7, 9, 9, later, 0.0))
    assert (waiting.size, waiting.positions[TOPIC]) == (0, 5)
    first = [Fetched(TOPIC, 0, offset, 0, b"m1", b"x", []) for offset in (5, 6)]
    waiting.take_in(TOPIC, Fetch(5, 7, 9, first, 0.0))
    waiting.take_in(TOPIC, Fetch(5, 7, 9, first, 0.0))
    waiting.take_in(TOPIC, Fetch(7, 9, 9, later, 0.0))
    assert [record.offset for record in waiting.take(10, 1_000)] == [5, 6, 7, 8]
