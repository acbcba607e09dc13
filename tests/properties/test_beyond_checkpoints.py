"""An order older than its account's checkpoints: a transfer whose sender fell far behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from processors.engine import engine_of
from processors.programs.load import load
from processors.topology import Topology
from schemas.values import parse_instant
from tests.driver.book import accounts, put
from tests.driver.traffic import DAY
from tests.properties.test_permuted_arrival import order, whole

if TYPE_CHECKING:
    from processors.accounts.account import Account


BEGIN = parse_instant("2026-02-01T12:00:00-05:00")
DAYS = 150
BEHIND = (3, 40, 41, 77)
"""Days whose orders come when all the others are there, with the arrival they once had."""


def told(
    late: set[int], *, restarts: bool = False, lists: int = 8_192, run_size: int = 3
) -> tuple[Topology, Account]:
    """A member with an order a day, whose account has checkpoints from ten records on.

    Offsets of more than `lists` records do not stay listed.
    """
    engine = engine_of(load("starter"), 1)._replace(whole=10, listed=lists)
    topology = Topology(engine, 1, run_size)
    events = [order(f"O{day}", "a", BEGIN + day * DAY, 10_000 + day) for day in range(DAYS)]
    for chosen in (
        [one for day, one in enumerate(events) if day not in late],
        [one for day, one in enumerate(events) if day in late],
    ):
        for first in range(0, len(chosen), run_size):
            put(topology, chosen[first : first + run_size])
            topology.pump()
            if restarts and first % 10 == 0:
                topology.restart(0)
    topology.advance(BEGIN + 2 * DAYS * DAY)
    return topology, accounts(topology)["a"]


@pytest.mark.parametrize("lists", [0, 8_192])
@pytest.mark.parametrize("restarts", [False, True])
def test_it_takes_its_place_all_the_same(*, restarts: bool, lists: int) -> None:
    """The account, its orders' own times among it, is as if everything had come in order.

    Whether its records are found by their offsets or by reading the ledger does not matter.
    """
    _, expected = told(set())
    topology, account = told(set(BEHIND), restarts=restarts, lists=lists)
    trail = topology.partitions[0].store.trails["a"]
    assert trail.older_cut > BEGIN + max(BEHIND) * DAY, "both checkpoints are younger than it"
    assert trail.whole == (lists > 0)
    assert whole(account) == whole(expected)


def test_neither_restarts_nor_runs_nor_what_stays_in_memory_decide_anything(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The ledger is the same, byte for byte, wherever deciding history again begins."""
    ledgers = set()
    for spacing, restarts, lists, run_size in (
        (3, False, 8_192, 3),
        (64, False, 8_192, 50),
        (1, True, 0, 10),
        (5, True, 8_192, 1),
    ):
        monkeypatch.setattr("processors.partition.past.SPACING", spacing)
        late = {*BEHIND, *range(20, DAYS, 9), DAYS - 5}
        topology, _ = told(late, restarts=restarts, lists=lists, run_size=run_size)
        ledgers.add(tuple(record.value for record in topology.written("ledger")))
    assert len(ledgers) == 1


def test_what_comes_late_after_it_finds_it_in_the_checkpoints() -> None:
    """Both checkpoints were made again with it, so a late order of last week is right as well."""
    _, expected = told(set())
    _, account = told({*BEHIND, DAYS - 5})
    assert whole(account) == whole(expected)
