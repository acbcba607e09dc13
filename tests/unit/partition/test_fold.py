"""The fold of a partition, with a toy engine: one record per input, and nothing lost between."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from processors.accounts.account import Account
from processors.accounts.evolve import evolve
from processors.accounts.resting import wake
from processors.partition import Refused
from processors.partition.head import head_of
from processors.topology import Topology
from schemas.chain import Chain
from schemas.ledger import DECODER
from tests.driver.busy import START, accounts, busy, decoded, ledgers, played
from tests.driver.rested import rested
from tests.driver.toy import MINUTE, TOPIC, engine, event

if TYPE_CHECKING:
    from processors.topology import Moment


def test_every_input_has_exactly_one_record() -> None:
    """Whatever an input is, its place appears once as a source."""
    topology = played(busy(1))
    sources = [
        (record.source.topic, record.source.partition, record.source.offset)
        for number in range(3)
        for record in topology.ledger(number)
        if record.source is not None
    ]
    wanted = [
        (record.topic, record.partition, record.offset)
        for topic in topology.inputs
        for log in topology.logs[topic]
        for record in log.records
        if record is not None
    ]
    assert sorted(sources) == sorted(wanted)


def test_the_chain_is_unbroken() -> None:
    """Every reader accepts every record."""
    topology = played(busy(2))
    for number in range(3):
        chain = Chain()
        for value in ledgers(topology)[number]:
            assert value is not None
            record = DECODER.decode(value)
            assert chain.accept(record.seq, record.prev, value)
        assert chain.prev == topology.partitions[number].writer.chain.prev


def test_the_ledger_alone_gives_the_state() -> None:
    """A fold of the ledger from nothing equals what the partitions hold, byte for byte."""
    topology = played(busy(3))
    for partition in topology.partitions:
        folded: dict[str, Account] = {}
        for record in topology.ledger(partition.number):
            if record.account is not None:
                account = folded.get(record.account) or Account(record.account)
                folded[record.account] = evolve(account, record)
        assert folded == {name: wake(resting) for name, resting in rested(partition).items()}


@pytest.mark.parametrize("run_size", [1, 7])
def test_run_size_changes_nothing(run_size: int) -> None:
    """Accounts, and the records of accounts without transfers, do not depend on run size."""
    sent = [one for one in busy(4) if b"give" not in one[1]]
    small = played(sent, run_size=run_size)
    large = played(sent)
    assert accounts(small) == accounts(large)
    assert ledgers(small) == ledgers(large)


def test_folding_again_from_an_earlier_position_leaves_no_trace() -> None:
    """A record whose offset lies before the position is skipped and counted."""
    topology = played(busy(5))
    log = topology.logs[TOPIC][0]
    again = list(log.read())
    batch = topology.partitions[0].fold(again)
    assert (len(batch), batch.skipped) == (0, len(again))


def test_restart_at_every_commit_changes_nothing() -> None:
    """A partition that is dropped around every commit ends as one that never was."""
    seen: dict[tuple[int, Moment], int] = {}

    def crash(number: int, moment: Moment) -> bool:
        seen[number, moment] = seen.get((number, moment), 0) + 1
        return seen[number, moment] % 2 == 1

    sent = busy(6)
    broken = played(sent, run_size=5, crash=crash)
    whole = played(sent, run_size=5)
    assert broken.restarts > 100
    assert decoded(broken) == decoded(whole)


def test_a_partition_comes_back_from_its_topics() -> None:
    """Snapshots and ledger give back accounts, chain, positions, high-waters and due instants."""
    topology = Topology(engine(), 3, 50)
    for who, value, timestamp in busy(7):
        topology.send(TOPIC, who.encode(), value, timestamp=timestamp)
    topology.pump()
    for number in range(3):
        before = topology.partitions[number]
        topology.restart(number)
        after = topology.partitions[number]
        assert head_of(after) == head_of(before)
        assert rested(after) == rested(before)
        assert after.store.due == before.store.due
        assert after.store.trails == before.store.trails
        assert after.store.checkpoints == before.store.checkpoints


def test_the_ledger_alone_gives_a_partition_back() -> None:
    """Without snapshots the same partition comes of the ledger."""
    topology = played(busy(8))
    for log in topology.logs["snapshots"]:
        log.records.clear()
    before = [head_of(partition) for partition in topology.partitions]
    kept = decoded(topology)
    for number in range(3):
        topology.restart(number)
    assert [p.positions for p in topology.partitions] == [head.positions for head in before]
    assert [p.transfers for p in topology.partitions] == [head.transfers for head in before]
    assert [p.writer.chain.prev for p in topology.partitions] == [head.prev for head in before]
    assert [p.writer.versions for p in topology.partitions] == [head.versions for head in before]
    assert all(head.versions for head in before)
    assert decoded(topology) == kept


def test_a_changed_version_is_refused() -> None:
    """A version that has decided something is frozen."""
    topology = played(busy(9))
    topology.engine = engine(version="hash-2")
    with pytest.raises(Refused, match="was changed since"):
        topology.restart(0)


def test_late_events_are_decided_in_their_place() -> None:
    """Any order of arrival within the horizon leaves the account that time order leaves."""
    adds = [(f"e{n}", START + n * 60 * MINUTE, n + 1) for n in range(40)]
    results = []
    for seed in (0, 1, 2):
        shuffled = list(adds)
        if seed:
            random.Random(seed).shuffle(shuffled)
        topology = Topology(engine(), 1, 7)
        for place, (name, time, amount) in enumerate(shuffled):
            arrival = (START + 3000 * MINUTE) // 1000 + place
            topology.send(
                TOPIC, b"m", event(name, "m", time, "add", amount=amount), timestamp=arrival
            )
        topology.pump()
        account = topology.partitions[0].store.open("m")
        results.append((account.counters, account.identities))
    assert results[0] == results[1] == results[2]


def test_a_mis_keyed_record_is_forwarded_and_counted() -> None:
    """The subject decides, not the key."""
    topology = Topology(engine(), 7, 100)
    for wrong in range(7):
        topology.send(
            TOPIC,
            b"?",
            event(f"e{wrong}", "m", START, "add", amount=1),
            partition=wrong,
            timestamp=START // 1000,
        )
    topology.pump()
    outcomes = [r.outcome for n in range(7) for r in topology.ledger(n)]
    assert outcomes.count("forwarded") == 6
    assert outcomes.count("accepted") == 7
    assert [a for a in accounts(topology).values() if b'"sum":7' in a]


def test_gifts_cross_the_topic_once_with_the_sender_killed_around_each_commit() -> None:
    """With seven partitions what was given and what arrived agree, and no transfer is doubled."""
    toggle: dict[tuple[int, Moment], int] = {}

    def crash(number: int, moment: Moment) -> bool:
        toggle[number, moment] = toggle.get((number, moment), 0) + 1
        return toggle[number, moment] % 3 != 0

    topology = Topology(engine(), 7, 3, crash)
    for n in range(60):
        value = event(f"g{n}", f"m{n % 9}", START + n, "give", amount=n + 1, to=f"m{n * 5 % 9}")
        topology.send(TOPIC, f"m{n % 9}".encode(), value, timestamp=START // 1000 + n)
    topology.pump()
    total = sum(wake(resting).counters["sum"] for resting in accounts(topology).values())
    assert total == 0
    ids = [record.value for record in topology.written("transfers")]
    assert len(ids) == 60
