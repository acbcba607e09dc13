"""Taking a partition over: which ones are whole, and where each input is read on."""

from __future__ import annotations

import pytest
from faust.types import TP

from processors.engine import engine_of
from processors.programs.load import load
from processors.runtime.faults import Fault
from processors.runtime.owned import Split, going_on, opened, whole
from processors.runtime.settings import Settings
from processors.runtime.thread import Bounds

TOPICS = ("one", "two")


def test_a_partition_comes_with_all_of_its_topics() -> None:
    """Others are left out; one that is split would have two writers."""
    both = [TP("one", 0), TP("two", 0), TP("other", 7)]
    assert whole(both, TOPICS) == {0}
    with pytest.raises(Split, match="partition 1 came without two"):
        whole([*both, TP("one", 1)], TOPICS)


def test_the_ledger_says_where_to_go_on() -> None:
    """A topic of which nothing was decided is read from what is kept of it."""
    bounds = {"one": Bounds(0, 9), "two": Bounds(4, 9)}
    assert going_on(0, {"one": 5}, bounds) == {"one": 5, "two": 4}
    assert going_on(0, {"one": 9}, bounds) == {"one": 9, "two": 4}


def test_what_retention_took_is_passed_over() -> None:
    """It cannot be read any more, and nothing else may wait for it."""
    assert going_on(0, {"one": 5}, {"one": Bounds(7, 9)}) == {"one": 7}


def test_a_topic_that_ends_too_early_is_refused() -> None:
    """What comes next would have offsets that are decided."""
    with pytest.raises(Fault, match="made anew"):
        going_on(0, {"one": 5}, {"one": Bounds(0, 4)})


async def test_a_partition_that_is_not_wanted_any_more_is_not_opened() -> None:
    """A later rebalance has overtaken it: nobody is fenced, and no broker is asked."""
    engine = engine_of(load("starter"), 1)

    async def bounds() -> dict[str, Bounds]:
        raise AssertionError("nobody asks")

    assert await opened(Settings(), engine, 0, bounds, lambda: False) is None


async def test_brokers_that_stay_away_are_told_in_the_end() -> None:
    """After the watchdog's time: whoever looks after the worker has to know."""
    engine = engine_of(load("starter"), 1)
    asked = 0

    async def bounds() -> dict[str, Bounds]:
        nonlocal asked
        asked += 1
        raise ConnectionError("away")

    settings = Settings(watchdog_seconds=0.5)
    with pytest.raises(ConnectionError):
        await opened(settings, engine, 0, bounds, lambda: True)
    assert asked == 2
