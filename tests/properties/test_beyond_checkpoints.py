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


def told(late: set[int], *, keeps: int, restarts: bool = False) -> tuple[Topology, Account]:
    """A member with an order a day; an account of `keeps` records and more has checkpoints."""
    engine = engine_of(load("starter"), 1)._replace(whole=keeps)
    topology = Topology(engine, 1, run_size=3)
    events = [order(f"O{day}", "a", BEGIN + day * DAY, 10_000 + day) for day in range(DAYS)]
    for chosen in (
        [one for day, one in enumerate(events) if day not in late],
        [one for day, one in enumerate(events) if day in late],
    ):
        for one in chosen:
            put(topology, [one])
            topology.pump()
            if restarts and one in chosen[::10]:
                topology.restart(0)
    topology.advance(BEGIN + 2 * DAYS * DAY)
    return topology, accounts(topology)["a"]


@pytest.mark.parametrize("restarts", [False, True])
def test_it_takes_its_place_all_the_same(*, restarts: bool) -> None:
    """The account, its orders' own times among it, is as if everything had come in order."""
    _, expected = told(set(), keeps=10)
    topology, account = told(set(BEHIND), keeps=10, restarts=restarts)
    trail = topology.partitions[0].store.trails["a"]
    assert trail.older_cut > BEGIN + max(BEHIND) * DAY, "both checkpoints are younger than it"
    assert whole(account) == whole(expected)


def test_what_comes_late_after_it_finds_it_in_the_checkpoints() -> None:
    """Both checkpoints were made again with it, so a late order of last week is right as well."""
    _, expected = told(set(), keeps=10)
    _, account = told({*BEHIND, DAYS - 5}, keeps=10)
    assert whole(account) == whole(expected)
