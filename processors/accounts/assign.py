"""Put one item into an account and keep what follows from it: the agenda and the schedule.

Every change of state goes through `assign` (items) and `move` (totals), live and in replay alike.
"""

from __future__ import annotations

from bisect import insort
from typing import TYPE_CHECKING

from processors.accounts.account import Account, Totals
from processors.accounts.items import (
    Grant,
    Lot,
    Membership,
    Parked,
    Profile,
    Redemption,
    Review,
    Standing,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from schemas.ledger import Leg

PROFILE = "profile"

Item = object


def _lot_due(lot: Lot) -> int | None:
    if lot.pending and lot.release_at is not None:
        return lot.release_at
    if lot.available and not lot.suspended:
        return lot.expires_at
    return None


def _membership_due(membership: Membership) -> int | None:
    return membership.ends_at if membership.state == "active" else None


DUE: dict[str, Callable[..., int | None]] = {
    "lots": _lot_due,
    "redemptions": lambda item: item.hold_until if item.state == "reserved" else None,
    "grants": lambda item: item.valid_until,
    "standings": lambda item: item.until,
    "reviews": lambda item: item.approve_at if item.state == "pending" else None,
    "memberships": _membership_due,
    "parked": lambda item: item.deadline,
    "timers": lambda item: item,
}
"""When an item of a collection is due next. Collections that are not listed never are."""

TYPES: dict[str, type] = {
    "lots": Lot,
    "redemptions": Redemption,
    "grants": Grant,
    "standings": Standing,
    "reviews": Review,
    "memberships": Membership,
    "parked": Parked,
}


def assign(account: Account, collection: str, key: str, value: Item | None) -> None:
    """Put `value` under `key`, or remove the item when it is None."""
    if collection == PROFILE:
        assert isinstance(value, Profile), "the profile cannot be removed"
        account.profile = value
        return
    items: dict[str, Item] = getattr(account, collection)
    if collection in DUE:
        _follow(account, collection, key, items.get(key), value)
    if value is None:
        items.pop(key, None)
    else:
        items[key] = value


def _follow(
    account: Account, collection: str, key: str, old: Item | None, new: Item | None
) -> None:
    """Bring the agenda and the schedule in line with a new item in the place of an old one."""
    due = DUE[collection]
    was = None if old is None else due(old)
    now = None if new is None else due(new)
    if was != now:
        _reschedule(account, f"{collection}/{key}", was, now)
    if type(old) is Lot and old.available:
        _reckon(account.schedule, old, -1)
    if type(new) is Lot and new.available:
        _reckon(account.schedule, new, 1)


def _reschedule(account: Account, name: str, was: int | None, now: int | None) -> None:
    agenda = account.agenda
    if was is not None:
        names = agenda[was]
        names.remove(name)
        if not names:
            del agenda[was]
    if now is not None:
        # In order of names, so that the same account has the same bytes however it came about.
        insort(agenda.setdefault(now, []), name)


def _reckon(schedule: dict[str, dict[int, int]], lot: Lot, sign: int) -> None:
    if lot.expires_at is None or lot.suspended:
        return
    instants = schedule.setdefault(lot.unit, {})
    left = instants.get(lot.expires_at, 0) + sign * lot.available
    assert left >= 0, "more points are scheduled to expire than there are"
    if left:
        instants[lot.expires_at] = left
    else:
        del instants[lot.expires_at]
        if not instants:
            del schedule[lot.unit]


def move(account: Account, unit: str, legs: Iterable[Leg]) -> int:
    """Apply the legs of one entry to the unit's running sums. Returns how much was moved.

    What leaves the issuer, the pending points or the transit has been earned; what reaches
    `redeemed` or `expired` has been that. So available + reserved - debt is always
    earned - redeemed - expired (semantics, section 4).
    """
    totals = account.totals.get(unit)
    if totals is None:
        totals = account.totals[unit] = Totals()
    moved = 0
    for leg in legs:
        amount = leg.amount
        _flow(totals, leg.source, -amount)
        _flow(totals, leg.target, amount)
        moved += amount
    return moved


def _flow(totals: Totals, bucket: str, amount: int) -> None:
    if bucket == "available":
        totals.available += amount
    elif bucket == "pending":
        totals.pending += amount
        totals.earned -= amount
    elif bucket == "issuer" or bucket == "in_transit":  # noqa: PLR1714 - half the cost of `in`
        totals.earned -= amount
    elif bucket == "reserved":
        totals.reserved += amount
    elif bucket == "debt":
        totals.debt -= amount
    elif bucket == "redeemed":
        totals.redeemed += amount
    else:
        totals.expired += amount


def next_due(account: Account) -> int | None:
    """The next instant at which something of this account is due. None: nothing ever is."""
    return min(account.agenda, default=None)
