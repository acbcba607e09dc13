"""Snapshots that are behind: the ledger's tail makes up for them, and it is bounded."""

from __future__ import annotations

import pytest

from processors.partition import Partition, Refused
from processors.partition.head import DECODER, HEAD_KEY
from processors.partition.unsaved import Place, Unsaved
from processors.topology import Topology
from tests.driver.busy import START, busy, decoded, ledgers
from tests.driver.rested import rested
from tests.driver.toy import TOPIC, engine, event

LAGS = (0, 7, 10_000)


def played(lag: int, *, restarts: bool = False) -> Topology:
    """A busy stream on three partitions, each rebuilt again and again if asked for."""
    topology = Topology(engine(), 3, 5, lag=lag)
    for place, (who, value, timestamp) in enumerate(busy(11)):
        topology.send(TOPIC, who.encode(), value, timestamp=timestamp)
        if place % 5 == 0:
            topology.pump()
        if restarts and place % 15 == 0:
            topology.restart(place % 3)
    topology.pump()
    return topology


@pytest.mark.parametrize("lag", LAGS)
def test_how_far_snapshots_are_behind_changes_no_result(lag: int) -> None:
    """The same ledger byte for byte, and the same accounts, also with restarts on the way."""
    plain, other = played(0), played(lag, restarts=True)
    assert other.restarts > 10
    assert ledgers(other) == ledgers(plain)
    assert decoded(other) == decoded(plain)


@pytest.mark.parametrize("lag", LAGS)
def test_the_tail_is_bounded(lag: int) -> None:
    """Recovery never folds more than the lag and a run beyond the snapshots."""
    for log in played(lag).logs["snapshots"]:
        heads = [DECODER.decode(r.value or b"") for r in log.read() if r.key == HEAD_KEY]
        assert len(heads) > 5
        for head in heads:
            assert head.next_seq - (head.tail.seq if head.tail else head.next_seq) <= lag + 5


def test_fewer_snapshots_are_written_the_further_they_may_be_behind() -> None:
    """A busy account is not written with every run."""
    counts = [len(played(lag).written("snapshots")) for lag in LAGS]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[1] > counts[2]


def test_an_account_rests_before_it_is_saved_if_the_cache_is_full() -> None:
    """With two accounts in use at a time, nothing of the others is lost."""
    results = []
    for cache in (2, 1_000):
        topology = Topology(engine(), 1, 5)
        topology.partitions[0] = Partition(topology.engine, 0, 1, cache)
        for who, value, timestamp in busy(12):
            topology.send(TOPIC, who.encode(), value, timestamp=timestamp)
        topology.pump()
        results.append((ledgers(topology), decoded(topology)))
    assert results[0] == results[1]


def test_settling_saves_what_is_behind_and_leaves_no_tail() -> None:
    """After it a recovery needs the snapshots alone."""
    topology = played(10_000)
    before = topology.partitions[0]
    batch = before.settle()
    assert not len(batch)
    after = Partition(topology.engine, 0, 3)
    for record in batch.outgoing["snapshots"]:
        after.apply_snapshot(record.key or b"", record.value, record.headers)
    after.recovered()
    assert rested(after) == rested(before)
    assert after.store.due == before.store.due
    assert before.settle().empty


def test_what_must_be_saved_is_saved_once() -> None:
    """With the next batch, and not with every one after it."""
    unsaved = Unsaved()
    unsaved.begin(Place(1, "", 0))
    unsaved.force("a")
    unsaved.add("b")
    assert list(unsaved.take(1)) == ["a"]
    assert list(unsaved.take(2)) == ["b"]
    assert not unsaved.take(9)


def test_settling_leaves_what_is_not_behind_for_long() -> None:
    """Only accounts that lack a record before the given one are saved."""
    topology = Topology(engine(), 1, 1, lag=10_000)
    for number, who in enumerate("abc"):
        value = event(f"e{number}", who, START + number, "add", amount=1)
        topology.send(TOPIC, who.encode(), value, timestamp=START // 1000)
        topology.pump()
    saved = topology.partitions[0].settle(before=3).outgoing["snapshots"]
    assert [record.key for record in saved] == [b"a", b"b", HEAD_KEY]


def test_a_ledger_that_ends_before_its_head_is_refused() -> None:
    """Records that were decided are gone: nobody goes on from there."""
    topology = played(10_000)
    del topology.logs["ledger"][0].records[-4:]
    with pytest.raises(Refused, match="does not lead to its head"):
        topology.restart(0)
