"""Late events against a history that keeps moving on: checkpoints turn, offsets stay few."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.topology import Topology
from tests.driver.busy import START
from tests.driver.losing import lose_snapshots
from tests.driver.toy import DAY, TOPIC, engine, event
from tests.driver.toy_step import MODULUS

HORIZON_DAYS = 2


def arrivals(seed: int, size: int) -> list[tuple[int, int, int]]:
    """(arrival, time, amount) of events that come at most a horizon late, in order of arrival."""
    chance = random.Random(seed)
    made = []
    for number in range(size):
        time = START + number * DAY // 10
        late = chance.random() < 0.3
        delay = chance.randrange(HORIZON_DAYS * DAY) // 1000 * 1000 if late else 0
        made.append((time + delay, time, number + 1))
    return sorted(made)


def put(topology: Topology, sent: list[tuple[int, int, int]]) -> None:
    """These arrive, and are folded."""
    for arrival, time, amount in sent:
        value = event(f"e{amount}", "m", time, "add", amount=amount)
        topology.send(TOPIC, b"m", value, timestamp=arrival // 1000)
    topology.pump()


@settings(max_examples=10)
@given(st.integers(min_value=0, max_value=10_000), st.sampled_from([1, 7, 2000]))
def test_every_event_within_the_horizon_takes_its_place(seed: int, run_size: int) -> None:
    """Over two hundred events and ten horizons the account is as if all had come in time."""
    topology = Topology(engine(HORIZON_DAYS), 1, run_size)
    put(topology, arrivals(seed, 200))
    order = 0
    for amount in range(1, 201):
        order = (order * 31 + amount) % MODULUS
    partition = topology.partitions[0]
    assert partition.store.open("m").counters == {"sum": 200 * 201 // 2, "order": order}
    assert partition.store.trails["m"].count < 100
    assert len([key for key in partition.store.checkpoints if key[1] == "m"]) == 2


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5, 6])
def test_a_late_event_may_start_at_a_waypoint(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a state kept every three records, the ledger is the same, byte for byte."""
    ledgers = []
    for spacing in (3, 10_000):
        monkeypatch.setattr("processors.partition.past.SPACING", spacing)
        topology = Topology(engine(HORIZON_DAYS), 1, 7)
        put(topology, arrivals(seed, 200))
        ledgers.append([record.value for record in topology.written("ledger")])
    assert ledgers[0] == ledgers[1]


@pytest.mark.parametrize("lag", [0, 25, 10_000])
@pytest.mark.parametrize("seed", [3, 4, 5])
def test_a_restart_in_between_keeps_checkpoints_and_trail(seed: int, lag: int) -> None:
    """What a late event needs comes back, however far the snapshots are behind."""
    whole, broken = (Topology(engine(HORIZON_DAYS), 1, 5, lag=lag) for _ in range(2))
    for place, one in enumerate(arrivals(seed, 200)):
        for topology in (whole, broken):
            put(topology, [one])
        if place % 9 == 0:
            broken.restart(0)
    assert [record.value for record in whole.written("ledger")] == [
        record.value for record in broken.written("ledger")
    ]
    assert whole.partitions[0].store.trails == broken.partitions[0].store.trails


@pytest.mark.parametrize("seed", range(6))
def test_snapshots_of_before_the_last_runs_are_caught_up_with(seed: int) -> None:
    """What recovery makes anew is saved before whatever the next run makes of it.

    Given a partition whose last snapshots are lost, when it goes on for a run and recovers again,
    then late events are decided as if nothing had been lost.
    """
    sent = arrivals(seed, 150)
    whole = Topology(engine(HORIZON_DAYS), 1)
    put(whole, sent)
    expected = [record.value for record in whole.written("ledger")]
    for cut in range(20 + seed, 120, 9):
        topology = Topology(engine(HORIZON_DAYS), 1, run_size=1)
        put(topology, sent[:cut])
        lose_snapshots(topology, 14)
        topology.run_size = 200
        put(topology, sent[cut : cut + 25])
        topology.restart(0)
        put(topology, sent[cut + 25 :])
        assert [record.value for record in topology.written("ledger")] == expected


def test_a_short_history_is_kept_whole() -> None:
    """An account with few records needs no checkpoint: nothing is too old for it."""
    topology = Topology(engine(HORIZON_DAYS)._replace(whole=512), 1)
    put(topology, arrivals(3, 200))
    store = topology.partitions[0].store
    assert store.trails["m"].count == 200
    assert not store.checkpoints
