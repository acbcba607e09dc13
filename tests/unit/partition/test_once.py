"""What was decided is decided once, and what is due comes first."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from processors.engine import engine_of
from processors.partition.effects import MAX_HOPS
from processors.programs.load import load
from processors.routing import partition_of
from processors.runtime.clock import command
from processors.topology import Topology
from schemas.transfers import DECODER, ENCODER
from schemas.values import parse_instant
from tests.driver.book import accounts, put, records
from tests.driver.busy import busy, decoded, ledgers, played
from tests.driver.checking import verified
from tests.driver.losing import lose_snapshots
from tests.driver.traffic import DAY, STRUCTURED
from tests.faults import fault
from tests.properties.test_permuted_arrival import order, sent

TRANSFERS = "loyalty.transfers.v1"


def test_a_transfer_that_comes_again_changes_no_account() -> None:
    """Also when it is the very last one that was folded."""
    topology = played(busy(5), partitions=2)
    before = decoded(topology)
    for log in topology.logs[TRANSFERS]:
        last = list(log.read())[-1]
        log.records.append(last._replace(offset=len(log.records)))
    topology.pump()
    assert decoded(topology) == before
    assert [one.outcome for one in records(topology) if one.transfer].count("duplicate") == 2


@fault("F40", checks="D4 O2")
def test_a_repeat_of_an_old_transfer_does_not_open_the_door_for_later_ones() -> None:
    """Also when the ledger alone says, to who recovers, how far each sender was heard."""
    topology = played(busy(5), partitions=2, run_size=20)
    before = decoded(topology)
    sent = [list(log.read()) for log in topology.logs[TRANSFERS]]
    for place in (0, -1):
        for log, came in zip(topology.logs[TRANSFERS], sent, strict=True):
            log.records.append(came[place]._replace(offset=len(log.records)))
        topology.pump()
        lose_snapshots(topology, 3)
    assert decoded(topology) == before
    assert [one.outcome for one in records(topology) if one.transfer].count("duplicate") == 4


@pytest.mark.parametrize(
    ("hops", "outcome"), [(MAX_HOPS, "accepted"), (MAX_HOPS + 1, "refused")], ids=["far", "circle"]
)
def test_an_event_that_runs_in_a_circle_is_refused_once(hops: int, outcome: str) -> None:
    """It ends there, and a repeat of it is one."""
    bought = parse_instant("2026-03-02T12:00:00-05:00")
    one = order("A", "ana", bought, 10_000)
    here = partition_of("ana", 2)
    topology = Topology(engine_of(load("starter"), 2), 2)
    key, at = one.key.encode(), one.arrival // 1000
    topology.send(one.topic, key, one.value, STRUCTURED, timestamp=at, partition=1 - here)
    topology.run(1 - here)
    log = topology.logs[TRANSFERS][here]
    (forwarded,) = log.read()
    travelled = replace(DECODER.decode(forwarded.value or b""), hops=hops)
    for place in (0, len(log.records)):
        log.records[place:] = [forwarded._replace(offset=place, value=ENCODER.encode(travelled))]
    topology.pump()
    assert [one.outcome for one in topology.ledger(here)] == [outcome, "duplicate"]
    assert verified(topology).on_the_way == 0


@fault("F63", checks="D4 O1")
def test_snapshots_from_before_the_last_runs_lose_and_double_nothing() -> None:
    """The ledger beyond them says what was decided, and where to go on."""
    topology = played(busy(5), partitions=2, run_size=20)
    before, written = decoded(topology), ledgers(topology)
    lose_snapshots(topology, 3)
    assert decoded(topology) == before
    topology.pump()
    assert ledgers(topology) == written


def test_what_is_due_at_an_events_own_instant_comes_before_it() -> None:
    """Points that are released at midnight can be spent at midnight."""
    bought = parse_instant("2026-03-02T12:00:00-05:00")
    released = parse_instant("2026-03-16T00:00:00-04:00")
    asked: dict[str, object] = {"redemption_id": "X", "amount": "50"}
    topology = Topology(engine_of(load("starter"), 1), 1)
    put(topology, [order("A", "ana", bought, 10_000)])
    put(topology, [sent("loyalty.redemption.requested.v1", "r", "ana", released, asked)])
    topology.pump()
    assert records(topology)[-1].outcome == "accepted"
    assert accounts(topology)["ana"].totals["points"].reserved == 50


def test_a_refusal_is_no_update() -> None:
    """What was refused is recorded, and consumers of balances hear nothing of it."""
    at = parse_instant("2026-03-02T12:00:00-05:00")
    asked: dict[str, object] = {"redemption_id": "X", "amount": "50"}
    topology = Topology(engine_of(load("starter"), 1), 1)
    put(topology, [order("A", "ana", at, 10_000)])
    topology.pump()
    before = len(topology.written("balances"))
    put(topology, [sent("loyalty.redemption.requested.v1", "r", "ana", at + 1_000_000, asked)])
    topology.pump()
    refused = records(topology)[-1]
    assert (refused.outcome, refused.member_sequence) == ("refused", None)
    assert len(topology.written("balances")) == before


def test_what_waits_is_counted_after_a_restart() -> None:
    """Operators see inputs that are parked, whether a snapshot tells of them or the ledger."""
    at = parse_instant("2026-03-02T12:00:00-05:00")
    returned: dict[str, object] = {"refund_id": "R", "order_id": "unknown", "amount_minor": 1}
    for lag in (0, 25):
        topology = Topology(engine_of(load("starter"), 1), 1, lag=lag)
        put(topology, [sent("commerce.purchase.refunded.v1", "r", "ana", at, returned)])
        topology.pump()
        topology.restart(0)
        assert topology.partitions[0].store.parked == {"ana": 1}


def test_time_has_not_passed_before_all_that_was_due_is_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However few may be done in one batch."""
    monkeypatch.setattr("processors.partition.fold.DUE_PER_BATCH", 2)
    at = parse_instant("2026-03-02T12:00:00-05:00")
    topology = Topology(engine_of(load("starter"), 1), 1)
    put(topology, [order(f"{n}", f"m{n}", at, 10_000) for n in range(7)])
    told = at + 60 * DAY
    topology.send(TRANSFERS, b"clock", ENCODER.encode(command(told)), timestamp=told // 1000)
    topology.pump()
    due = topology.next_due()
    assert due is None or due > told
    assert all(one.totals["points"].available for one in accounts(topology).values())
