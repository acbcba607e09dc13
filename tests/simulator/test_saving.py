"""Snapshots that are behind are written in time, also where few events bring that about."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from processors.partition.head import DECODER, HEAD_KEY
from processors.runtime.app import TICK_SECONDS
from processors.runtime.owned import SETTLE_SECONDS
from tests.simulator.faults import Fault
from tests.simulator.scenes import held
from tests.simulator.world import EPOCH

if TYPE_CHECKING:
    from tests.simulator.world import World

SLACK_SECONDS = 1.0


class Stood(NamedTuple):
    """How far a partition was, when its head was written."""

    at: float
    seq: int
    saved: int
    """All before this sequence is in snapshots."""


def heads(world: World) -> list[Stood]:
    """Each head that was committed."""
    log = world.cluster.log((world.settings.names.of("snapshots"), 0))
    found = []
    for record in log.committed():
        if record.key == HEAD_KEY:
            head = DECODER.decode(record.value or b"")
            saved = head.next_seq if head.tail is None else head.tail.seq
            found.append(Stood(record.timestamp / 1000 - EPOCH, head.next_seq, saved))
    return found


def lived(events: int, seconds: float, *faults: Fault) -> World:
    """One worker, whose snapshots may be behind by more records than there will ever be."""
    options = (("lag_records", 10_000),)
    return held(*faults, events=events, seconds=seconds, workers=1, partitions=1, options=options)


def test_where_nothing_comes_all_is_saved_at_the_next_tick_but_one() -> None:
    """Events come for sixteen seconds, two in a second, and then none for four."""
    found = [one for one in heads(lived(30, 20.0)) if one.at < 20.0]
    *busy, last = found
    assert all(one.saved == 1 for one in busy)
    assert last.saved == last.seq == busy[-1].seq
    assert last.at - busy[-1].at < 2 * TICK_SECONDS + SLACK_SECONDS


def test_who_is_told_to_stop_saves_all_before() -> None:
    """In the midst of the events; whoever comes next has no record to fold again."""
    found = heads(lived(30, 20.0, Fault(8.0, "stop", 0, "", 1, 4.0)))
    last = [one for one in found if one.at < 12.0][-1]
    assert last.saved == last.seq > 1
    assert last.at < 8.0 + SLACK_SECONDS


def test_where_something_always_comes_what_is_old_is_saved() -> None:
    """Two events in a second for three minutes: no snapshot is behind by more than two of them."""
    end = 180.0
    found = [one for one in heads(lived(360, end / 0.8)) if one.at < end]
    most = 2 * SETTLE_SECONDS + TICK_SECONDS + SLACK_SECONDS
    assert found[-1].at > end - SLACK_SECONDS
    for place, one in enumerate(found):
        before = [old.seq for old in found[:place] if old.at < one.at - most]
        assert one.saved >= max(before, default=1)
        assert one.saved < one.seq, "what is new is left for later"
