"""Members merged and parted under every program: nothing is lost, and each has his own again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from processors.engine import engine_of
from processors.topology import Topology
from tests.driver.book import accounts, put, refolded, sums
from tests.driver.checking import verified
from tests.driver.library import PROGRAMS, program_of
from tests.driver.lives import Lives
from tests.driver.merging import joined, mingled, numbered
from tests.driver.traffic import DAY, HOUR

if TYPE_CHECKING:
    from collections.abc import Callable

    from processors.accounts.account import Account
    from tests.driver.traffic import Sent

AFTER = 500 * DAY
BOTH = ("m0", "m1")
SEEDS = st.integers(min_value=0, max_value=1_000_000)
HAD = ("orders", "reviews", "referrals", "counters")


def some_lives(test: Callable[..., None]) -> Callable[..., None]:
    """Each program with a few lives of other seeds; a failing one is shrunk and printed."""
    return settings(max_examples=4)(given(seed=SEEDS)(test))


def told(name: str, sent: list[Sent]) -> Topology:
    """The events, one after another, each with all that follows from it."""
    topology = Topology(engine_of(program_of(name)[1], 3), 3)
    for one in sent:
        put(topology, [one])
        topology.pump()
    return topology


@pytest.mark.parametrize("name", PROGRAMS)
@some_lives
def test_whoever_is_merged_no_point_appears_or_vanishes(name: str, seed: int) -> None:
    """Chains of merges, ids that several members use, late events: the book balances."""
    topology = told(name, mingled(Lives(program_of(name)[0], seed).make(110), seed))
    topology.advance(topology.now + AFTER)
    found = sums(topology)
    assert all(not amount for (_, bucket), amount in found.items() if bucket == "in_transit")
    held = accounts(topology)
    for account in held.values():
        assert min(account.counters.values(), default=0) >= 0
        for unit, totals in account.totals.items():
            lots = [lot for lot in account.lots.values() if lot.unit == unit]
            assert sum(lot.available for lot in lots) == totals.available
            assert sum(lot.pending for lot in lots) == totals.pending
            assert sum(lot.reserved for lot in lots) == totals.reserved
    assert refolded(topology) == held
    assert verified(topology).total == 0


def owned(account: Account) -> dict[str, object]:
    """What a member has that was given to him, counted or judged."""
    had: dict[str, object] = {name: dict(getattr(account, name)) for name in HAD}
    # A version that began since may suspend them, and give a tier, with the next event.
    had["lots"] = {key: replace(one, suspended=False) for key, one in account.lots.items()}
    had["grants"] = {key: one for key, one in account.grants.items() if not one.catalogue}
    had["open"] = {key for key, one in account.grants.items() if one.catalogue}
    had["plans"] = {key: one for key, one in account.memberships.items() if one.state == "active"}
    had["totals"] = {
        unit: (totals.available, totals.pending, totals.debt)
        for unit, totals in account.totals.items()
        if totals.available or totals.pending or totals.debt
    }
    return had


def tiers(account: Account) -> set[tuple[str, str, int | None]]:
    """What is held, and how long."""
    held = account.standings.items()
    return {(ladder, one.tier, one.until) for ladder, one in held if one.grounds}


def outlast(held: set[tuple[str, str, int | None]], now: set[tuple[str, str, int | None]]) -> bool:
    """Whether all is still held, as long at least: a version that began since may give it anew."""
    ever = 1 << 62
    return all(
        any(
            (ladder, tier) == (other, same) and (until or ever) <= (then or ever)
            for other, same, then in now
        )
        for ladder, tier, until in held
    )


def leaves_nothing_behind(name: str) -> bool:
    """False where a merge gives something up, or what both have is worth a reward together."""
    return not any(
        version.merge_tier != "sum" or version.merge_vouchers != "move" or version.milestones
        for version in program_of(name)[1].by_label.values()
    )


@pytest.mark.parametrize("name", [one for one in PROGRAMS if leaves_nothing_behind(one)])
@some_lives
def test_who_is_parted_at_once_has_what_he_had(name: str, seed: int) -> None:
    """Points, dates, orders, tiers, plans, rewards and counters of both are as before the merge."""
    sent = list(numbered(Lives(program_of(name)[0], seed).make(80, spend=False)))
    topology = told(name, sent)
    topology.advance(sent[-1].time + HOUR)
    before = accounts(topology)
    if any(before[who].parked for who in BOTH):
        return  # What waits in one of them may find what it waits for in the other.
    if any(totals.debt for who in BOTH for totals in before[who].totals.values()):
        return  # A debt is paid at once from what the other has.
    had = {who: owned(before[who]) for who in BOTH}
    held = {who: tiers(before[who]) for who in BOTH}
    for number, kind in enumerate(("merged", "unmerged")):
        put(topology, [joined(kind, "m0", "m1", topology.now + number)])
        topology.pump()
    after = accounts(topology)
    assert {who: owned(after[who]) for who in BOTH} == had
    assert all(outlast(held[who], tiers(after[who])) for who in BOTH)
