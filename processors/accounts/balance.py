"""The whole balance of an account as it is published (contract, section 4)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import msgspec
from msgspec import Raw, Struct

from processors.accounts.account import Totals
from processors.accounts.progress import leading
from processors.accounts.standings import figure, standing_of
from schemas.values import format_amount, format_instant

if TYPE_CHECKING:
    from processors.accounts.account import Account
    from processors.accounts.draft import Draft
    from processors.programs.compiled import Ladder

MOST_INSTANTS = 12


class Expiring(Struct, frozen=True, gc=False):
    """What ends at one instant."""

    amount: str
    at: str


class UnitBalance(Struct, frozen=True, gc=False):
    """One unit's balance; decimal strings with the unit's places."""

    available: str
    debt: str
    delta_available: str
    expiring: list[Expiring]
    lifetime_earned: str
    lifetime_expired: str
    lifetime_redeemed: str
    pending: str
    reserved: str


class TierBalance(Struct, frozen=True, gc=False):
    """One ladder's tier. `to_remain` is what is still to be counted in this window to stay."""

    progress: str
    since: str | None
    tier: str
    to_next: str | None
    to_remain: str
    until: str | None


class Balance(Struct, frozen=True, gc=False):
    """What a balance update holds besides its envelope."""

    balances: dict[str, UnitBalance]
    tiers: dict[str, TierBalance]


# Fields stand in alphabetical order; what is left to sort are the names of units and ladders.
ENCODER = msgspec.json.Encoder(order="deterministic")
NOTHING = Totals()


def balance_of(draft: Draft) -> Raw:
    """The account's balance now, as canonical JSON."""
    account, version = draft.account, draft.version
    balances = {
        unit.id: _unit(account, unit.id, unit.scale, draft.before.get(unit.id, 0))
        for unit in version.units.values()
    }
    tiers = {ladder.id: _tier(account, ladder, draft.time) for ladder in version.ladders}
    return Raw(ENCODER.encode(Balance(balances, tiers)))


def _unit(account: Account, unit: str, scale: int, before: int) -> UnitBalance:
    totals = account.totals.get(unit, NOTHING)
    written = str if not scale else partial(format_amount, scale=scale)
    schedule = account.schedule.get(unit)
    expiring = (
        [
            Expiring(written(amount), format_instant(at))
            for at, amount in sorted(schedule.items())[:MOST_INSTANTS]
        ]
        if schedule
        else []
    )
    return UnitBalance(
        written(totals.available),
        written(totals.debt),
        written(totals.available - before),
        expiring,
        written(totals.earned),
        written(totals.expired),
        written(totals.redeemed),
        written(totals.pending),
        written(totals.reserved),
    )


def _tier(account: Account, ladder: Ladder, at: int) -> TierBalance:
    standing = standing_of(ladder, account)
    rank, tiers = ladder.ranks.get(standing.tier, 0), ladder.tiers
    part = leading(ladder, account, at)
    scale = ladder.scale_of(part)
    progress = figure(ladder, account, at, part)
    keep = tiers[rank].thresholds.get(part, 0)
    return TierBalance(
        format_amount(progress, scale),
        format_instant(standing.since) if standing.since else None,
        standing.tier,
        tiers[rank + 1].id if rank + 1 < len(tiers) else None,
        format_amount(keep - progress if keep > progress else 0, scale),
        None if standing.until is None else format_instant(standing.until),
    )
