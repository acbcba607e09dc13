"""From the account as it was to the account as it would be: entries, items, news."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from processors.accounts.account import Account, Totals
from processors.accounts.items import Grant
from processors.accounts.standings import rank_of, standing_of
from processors.accounts.telling import tell
from processors.accounts.tiers import tell_tier
from schemas.ledger import Bucket, Entry, Leg

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from processors.accounts.draft import Draft
    from processors.accounts.items import Profile
    from processors.late.again import Own

COLLECTIONS = (
    "counters",
    "grants",
    "identities",
    "keys",
    "lots",
    "marks",
    "memberships",
    "orders",
    "parked",
    "redemptions",
    "referrals",
    "reviews",
    "standings",
    "timers",
)
CORRECTION = "correction"
TRANSIT = "in_transit"


def correct(draft: Draft, target: Account, own: Own, moved: Mapping[str, int]) -> None:
    """Bring the draft's account to `target`: own entries, corrections, and changed items.

    `moved` is what went to other accounts beyond what had gone, by unit.
    """
    account = draft.account
    for entry in own.entries:
        draft.post(
            entry.kind,
            entry.unit,
            entry.legs,
            entry.rule,
            reason=entry.reason,
            amount=entry.amount,
        )
    for unit in sorted(target.totals.keys() | account.totals.keys()):
        now = account.totals.get(unit, Totals())
        legs = _difference(now, target.totals.get(unit, Totals()), moved.get(unit, 0))
        change = _worth(target.totals.get(unit, Totals())) - _worth(now)
        draft.post("points.corrected", unit, legs, CORRECTION, amount=change)
    _change_items(draft, target)
    profile = _enrolled_first(account.profile, target.profile)
    if profile != account.profile:
        draft.put("profile", "", profile)
    if target.time > account.time:
        # What had waited was applied at its own time: what comes for before that is late.
        draft.tick("time", target.time)
    draft.time = max(account.time, draft.time)


def _enrolled_first(was: Profile, now: Profile) -> Profile:
    """Who came first by an event that was refused is a member since then all the same."""
    if was.enrolled_at is None or (now.enrolled_at or was.enrolled_at) < was.enrolled_at:
        return now
    return msgspec.structs.replace(now, enrolled_at=was.enrolled_at)


def _worth(totals: Totals) -> int:
    return totals.available + totals.reserved - totals.debt


def moved_away(entries: Iterable[Entry]) -> dict[str, int]:
    """What entries sent through the in-transit account, less what they took from it."""
    moved: dict[str, int] = {}
    for entry in entries:
        for leg in entry.legs:
            gone = (leg.target == TRANSIT) - (leg.source == TRANSIT)
            moved[entry.unit] = moved.get(entry.unit, 0) + gone * leg.amount
    return moved


def _difference(now: Totals, then: Totals, moved: int) -> tuple[Leg, ...]:
    """Legs that turn one state of a unit into another: what is too much goes where it lacks."""
    earned = then.earned - now.earned
    pending = then.pending - now.pending
    rest: dict[Bucket, int] = {
        "available": then.available - now.available,
        "pending": pending,
        "reserved": then.reserved - now.reserved,
        "debt": now.debt - then.debt,
        "issuer": -earned - pending - moved,
        "in_transit": moved,
        "redeemed": then.redeemed - now.redeemed,
        "expired": then.expired - now.expired,
    }
    assert sum(rest.values()) == 0, "a correction must balance"
    legs: list[Leg] = []
    gives = [(bucket, -amount) for bucket, amount in rest.items() if amount < 0]
    takes = [(bucket, amount) for bucket, amount in rest.items() if amount > 0]
    while gives and takes:
        (source, has), (target, lacks) = gives.pop(), takes.pop()
        moved = min(has, lacks)
        legs.append(Leg(source, target, moved))
        if has > moved:
            gives.append((source, has - moved))
        if lacks > moved:
            takes.append((target, lacks - moved))
    return tuple(legs)


def _change_items(draft: Draft, target: Account) -> None:
    """Put every item that is different, and tell what that means for rewards and tiers."""
    account = draft.account
    for collection in COLLECTIONS:
        mine: dict[str, object] = getattr(account, collection)
        theirs: dict[str, object] = getattr(target, collection)
        for key in sorted(mine.keys() | theirs.keys()):
            was, now = mine.get(key), theirs.get(key)
            if was == now or (now is None and _stays(collection, was)):
                continue
            if collection == "standings":
                _tell_tier(draft, key, target)
            draft.put(collection, key, now)
            if collection == "grants":
                _tell_grant(draft, key, was, now)


def _stays(collection: str, was: object) -> bool:
    """True for what a refusal left behind: refused inputs are not decided again."""
    if collection in {"identities", "keys"}:
        return True
    return getattr(was, "state", None) in {"refused", "ineligible"}


def _tell_tier(draft: Draft, ladder_id: str, target: Account) -> None:
    for ladder in draft.version.ladders:
        if ladder.id == ladder_id:
            was, now = standing_of(ladder, draft.account), standing_of(ladder, target)
            if rank_of(ladder, was.tier) != rank_of(ladder, now.tier):
                tell_tier(draft, ladder, was.tier, now, CORRECTION)


def _tell_grant(draft: Draft, key: str, was: object, now: object) -> None:
    """What opened or ends at another instant is another eligibility: the old one is withdrawn."""
    before, after = (one if type(one) is Grant else None for one in (was, now))
    if before is not None and after is not None and _spans(before) == _spans(after):
        more = after.quantity - before.quantity
        if more:
            tell(draft, "gained" if more > 0 else "withdrawn", key, after, abs(more), CORRECTION)
        return
    if before is not None:
        tell(draft, "withdrawn", key, before, before.quantity, CORRECTION)
    if after is not None:
        tell(draft, "gained", key, after, after.quantity, CORRECTION)


def _spans(grant: Grant) -> tuple[int, int | None]:
    return grant.valid_from, grant.valid_until
