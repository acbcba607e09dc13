"""The starter program's book under seeded traffic: what an auditor asks, however it was folded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from processors.routing import partition_of
from schemas.transfers import DECODER as TRANSFERS
from tests.driver.book import accounts, book, put, records, refolded, starter, sums
from tests.driver.traffic import Traffic

if TYPE_CHECKING:
    from processors.accounts.account import Account
    from processors.topology import Moment, Topology

SEEDS = [1, 2, 3]
BOOKKEEPING = {"sequence", "pruned", "time", "identities", "keys"}
"""What depends on when a transfer arrived, and on nothing that a member would see."""


def seen(account: Account) -> dict[str, object]:
    """An account without its book-keeping."""
    kept = {
        name: getattr(account, name)
        for name in account.__struct_fields__
        if name not in BOOKKEEPING
    }
    # What was recalled or refused on second thoughts leaves a trace; what never was leaves none.
    kept["referrals"] = {
        key: item for key, item in account.referrals.items() if item.state != "cancelled"
    }
    kept["reviews"] = {
        key: item for key, item in account.reviews.items() if item.state != "refused"
    }
    return kept


def essence(topology: Topology) -> dict[str, dict[str, object]]:
    """Every member's account without its book-keeping."""
    return {
        name: seen(account)
        for name, account in accounts(topology).items()
        if not name.startswith("alias/")
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_every_input_has_exactly_one_record(seed: int) -> None:
    """Also repeats, rubbish, what was mis-keyed, and every transfer."""
    topology = book(Traffic(seed).make(250))
    sources = [record.source for record in records(topology) if record.source is not None]
    sent = [one for topic in topology.inputs for log in topology.logs[topic] for one in log.read()]
    assert sorted((at.topic, at.partition, at.offset) for at in sources) == sorted(
        (one.topic, one.partition, one.offset) for one in sent
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_points_neither_appear_nor_vanish(seed: int) -> None:
    """All buckets sum to zero, nothing is left in transit, and accounts agree with entries."""
    topology = book(Traffic(seed).make(250))
    found = sums(topology)
    assert sum(found.values()) == 0
    assert found.get(("points", "in_transit"), 0) == 0
    for bucket in ("available", "pending", "reserved"):
        held = sum(
            getattr(account.totals["points"], bucket)
            for account in accounts(topology).values()
            if "points" in account.totals
        )
        assert held == found.get(("points", bucket), 0)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_ledger_alone_gives_every_account(seed: int) -> None:
    """A fold of the ledger from nothing equals what the partitions keep."""
    topology = book(Traffic(seed).make(250))
    assert refolded(topology) == accounts(topology)


@pytest.mark.parametrize("seed", SEEDS)
def test_member_sequences_have_no_gaps(seed: int) -> None:
    """Each number is one record, and each of a member's records publishes one balance."""
    topology = book(Traffic(seed).make(250))
    last: dict[str, int] = {}
    for record in records(topology):
        if record.account is not None and record.member_sequence is not None:
            assert record.member_sequence == last.get(record.account, 0) + 1
            last[record.account] = record.member_sequence
    members = {name: number for name, number in last.items() if not name.startswith("alias/")}
    assert len(topology.written("balances")) == sum(members.values())


@pytest.mark.parametrize("seed", SEEDS)
def test_a_second_delivery_of_everything_changes_nothing(seed: int) -> None:
    """Every event again at a new offset, soon enough to be remembered."""
    sent = Traffic(seed).make(60)
    topology = book(sent, until=0)
    before = essence(topology)
    put(topology, [one._replace(arrival=sent[-1].arrival) for one in sent])
    topology.pump()
    assert essence(topology) == before


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("run_size", [1, 7])
def test_accounts_do_not_depend_on_the_size_of_runs(seed: int, run_size: int) -> None:
    """Everything preloaded, transfers between all of it, and nobody is a point richer."""
    sent = Traffic(seed, late=0).make(250)
    assert essence(book(sent, run_size=run_size)) == essence(book(sent))


@pytest.mark.parametrize("run_size", [1, 7])
def test_ledgers_without_transfers_do_not_depend_on_the_size_of_runs(run_size: int) -> None:
    """Not by one byte, late events included."""
    sent = [
        one
        for one in Traffic(4, late=0.2).make(300)
        if b"referr" not in one.value and b"alias" not in one.value and one.key not in SENT_ON
    ]
    small, large = book(sent, run_size=run_size), book(sent)
    assert [one.value for one in small.written("ledger")] == [
        one.value for one in large.written("ledger")
    ]


SENT_ON = {"wrong", "code:FRIEND"}


@pytest.mark.parametrize("seed", SEEDS)
def test_senders_killed_around_every_commit_lose_nothing(seed: int) -> None:
    """Seven partitions, each dropped before and after commits: the book is the uncut one."""
    counts: dict[tuple[int, Moment], int] = {}

    def crash(number: int, moment: Moment) -> bool:
        counts[number, moment] = counts.get((number, moment), 0) + 1
        return counts[number, moment] % 2 == 1

    sent = Traffic(seed, late=0).make(250)
    cut = book(sent, partitions=7, run_size=5, crash=crash)
    assert cut.restarts > 100
    assert sums(cut).get(("points", "in_transit"), 0) == 0
    assert essence(cut) == essence(book(sent, partitions=7, run_size=5))
    assert refolded(cut) == accounts(cut)


def test_every_transfer_crosses_to_where_its_account_lives() -> None:
    """Also to an account of the sender's own partition; and each arrives once."""
    topology = book(Traffic(5).make(250), partitions=7)
    effects = [effect.id for record in records(topology) for effect in record.effects]
    assert len(set(effects)) == len(effects)
    crossed = []
    for one in topology.written("transfers"):
        transfer = TRANSFERS.decode(one.value or b"")
        assert one.partition == partition_of(transfer.to, 7)
        crossed.append(transfer.id)
    assert sorted(crossed) == sorted(effects)


def test_a_late_order_arrives_as_if_in_time() -> None:
    """Any order of arrival within the horizon leaves the same members."""
    sent = [one for one in Traffic(6, members=3, late=0).make(80) if one.key != "wrong"]
    sent = [one for one in sent if b"redemption" not in one.value and b"code:" not in one.value]
    start, end = sent[0].arrival, sent[-1].arrival
    assert end - start < starter().late_horizon_days * 86_400_000_000
    late = [one._replace(arrival=end + place) for place, one in enumerate(sent)]
    assert essence(book(late[::-1])) == essence(book(late))
