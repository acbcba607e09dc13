"""Partitions with work are announced once, and again where the announcement was lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from processors.engine import engine_of
from processors.partition import Fetched, Partition
from processors.programs.load import load
from processors.runtime.clock import Clock
from processors.runtime.merge import Waiting
from processors.runtime.owned import Owned
from processors.runtime.owner import Owner
from processors.runtime.settings import Settings
from processors.runtime.telemetry import Telemetry
from processors.runtime.thread import Fetch
from processors.runtime.writer import PartitionWriter

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

TOPIC = "commerce.purchases.v1"


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
