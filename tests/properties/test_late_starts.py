"""Where deciding history again begins is no part of any decision.

A late input begins at a checkpoint, or at a state after it that is only kept in memory. Restarts,
sizes of runs and bounds of memory choose among them, so nothing may follow from that choice: the
ledger is the same, byte for byte.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.engine import engine_of
from processors.topology import Topology
from tests.driver.book import put
from tests.driver.library import PROGRAMS, program_of
from tests.driver.lives import Lives
from tests.driver.traffic import DAY

if TYPE_CHECKING:
    from tests.driver.traffic import Sent


class Way(NamedTuple):
    """How much is kept, and what is dropped."""

    spacing: int
    """Records between two states on the way."""
    listed: int
    restarts: bool


WAYS = {
    10_000: [Way(10_000, 10_000, restarts=False), Way(1, 10_000, restarts=False)],
    4: [
        Way(10_000, 10_000, restarts=False),
        Way(2, 10_000, restarts=False),
        Way(10_000, 0, restarts=True),
        Way(1, 10_000, restarts=True),
    ],
}
"""By how many records an account must have before it takes checkpoints."""


def late_lives(name: str, seed: int) -> list[Sent]:
    """Lives in which a third of what happens arrives up to twenty days late."""
    chance = random.Random(seed)
    sent = [
        one._replace(arrival=one.time + chance.randrange(20 * DAY) // 1000 * 1000)
        if chance.random() < 0.35
        else one
        for one in Lives(program_of(name)[0], seed).make(110)
    ]
    return sorted(sent, key=lambda one: one.arrival)


def ledger(
    name: str, sent: list[Sent], whole: int, way: Way, monkeypatch: pytest.MonkeyPatch
) -> list[bytes]:
    """The ledger's records, in one partition: between several only their interleaving differs."""
    monkeypatch.setattr("processors.partition.past.SPACING", way.spacing)
    monkeypatch.setattr("processors.partition.past.MOST", 1_000)
    engine = engine_of(program_of(name)[1], 1)._replace(whole=whole, listed=way.listed)
    topology = Topology(engine, 1, run_size=1)
    for place, one in enumerate(sent):
        put(topology, [one])
        topology.pump()
        if way.restarts and place % 7 == 0:
            topology.restart(0)
    return [record.value or b"" for record in topology.written("ledger")]


@pytest.mark.parametrize("whole", WAYS)
@pytest.mark.parametrize("name", PROGRAMS)
@settings(max_examples=2)
@given(seed=st.integers(min_value=0, max_value=1_000_000))
def test_wherever_it_begins_the_ledger_is_the_same(name: str, whole: int, seed: int) -> None:
    """Accounts with checkpoints, and accounts that begin at their first record."""
    sent = late_lives(name, seed)
    with pytest.MonkeyPatch.context() as patch:
        first, *others = (ledger(name, sent, whole, way, patch) for way in WAYS[whole])
    for way, other in zip(WAYS[whole][1:], others, strict=True):
        assert other == first, way
