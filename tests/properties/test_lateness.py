"""Late events against a history that keeps moving on: checkpoints turn, offsets stay few."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.topology import Topology
from tests.driver.busy import START
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


@settings(max_examples=10)
@given(st.integers(min_value=0, max_value=10_000), st.sampled_from([1, 7, 2000]))
def test_every_event_within_the_horizon_takes_its_place(seed: int, run_size: int) -> None:
    """Over two hundred events and ten horizons the account is as if all had come in time."""
    topology = Topology(engine(HORIZON_DAYS), 1, run_size)
    for arrival, time, amount in arrivals(seed, 200):
        value = event(f"e{amount}", "m", time, "add", amount=amount)
        topology.send(TOPIC, b"m", value, timestamp=arrival // 1000)
    topology.pump()
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
        for arrival, time, amount in arrivals(seed, 200):
            value = event(f"e{amount}", "m", time, "add", amount=amount)
            topology.send(TOPIC, b"m", value, timestamp=arrival // 1000)
        topology.pump()
        ledgers.append([record.value for record in topology.written("ledger")])
    assert ledgers[0] == ledgers[1]


@pytest.mark.parametrize("lag", [0, 25, 10_000])
@pytest.mark.parametrize("seed", [3, 4, 5])
def test_a_restart_in_between_keeps_checkpoints_and_trail(seed: int, lag: int) -> None:
    """What a late event needs comes back, however far the snapshots are behind."""
    whole, broken = (Topology(engine(HORIZON_DAYS), 1, 5, lag=lag) for _ in range(2))
    for place, (arrival, time, amount) in enumerate(arrivals(seed, 200)):
        value = event(f"e{amount}", "m", time, "add", amount=amount)
        for topology in (whole, broken):
            topology.send(TOPIC, b"m", value, timestamp=arrival // 1000)
            topology.pump()
        if place % 9 == 0:
            broken.restart(0)
    assert [record.value for record in whole.written("ledger")] == [
        record.value for record in broken.written("ledger")
    ]
    assert whole.partitions[0].store.trails == broken.partitions[0].store.trails


def test_a_short_history_is_kept_whole() -> None:
    """An account with few records needs no checkpoint: nothing is too old for it."""
    topology = Topology(engine(HORIZON_DAYS)._replace(whole=512), 1)
    for arrival, time, amount in arrivals(3, 200):
        value = event(f"e{amount}", "m", time, "add", amount=amount)
        topology.send(TOPIC, b"m", value, timestamp=arrival // 1000)
    topology.pump()
    store = topology.partitions[0].store
    assert store.trails["m"].count == 200
    assert not store.checkpoints
