"""Merging two accounts into one (semantics, section 10).

The survivor asks, the other hands over everything it holds through the in-transit account, and
sends later events on. Lots carry their origin, so that an unmerge can give back what is left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec import Raw, Struct
from msgspec.structs import replace

from processors.accounts.account import Totals
from processors.accounts.draft import VALUES
from processors.accounts.items import Grant, Lot, Order, Redemption, Referral, Review
from processors.accounts.lots import NEVER, keep
from processors.accounts.rewards import follow_tiers
from processors.accounts.tiers import raise_tier
from processors.decisions.verdict import ACCEPTED, FORWARDED, Verdict, refused
from processors.decisions.waiting import apply_waiting
from schemas.ledger import Leg
from schemas.transfers import AliasClaim, MergeContent, MergeRequest
from schemas.values import identity

if TYPE_CHECKING:
    from processors.accounts.draft import Draft
    from schemas.inputs.members import MemberMerged, MemberUnmerged


class Belongings(Struct, frozen=True, omit_defaults=True):
    """What changes hands in a merge."""

    lots: dict[str, Lot] = {}
    debts: dict[str, int] = {}
    orders: dict[str, Order] = {}
    redemptions: dict[str, Redemption] = {}
    grants: dict[str, Grant] = {}
    reviews: dict[str, Review] = {}
    referrals: dict[str, Referral] = {}
    counters: dict[str, int] = {}
    keys: dict[str, tuple[str, int]] = {}
    marks: dict[str, str] = {}


DECODER = msgspec.json.Decoder(Belongings)
TAKEN_OVER = ("orders", "redemptions", "reviews", "referrals", "keys", "marks")
BUCKETS = ("available", "pending", "reserved")


def merged(draft: Draft, data: MemberMerged) -> Verdict:
    """Ask the other account for all it has."""
    if data.from_member == draft.account.id:
        return refused("self_referral")
    settles = identity(draft.item.source, draft.item.id)
    draft.affect("merge.requested", data.from_member, MergeRequest(draft.account.id, settles))
    return FORWARDED


def requested(draft: Draft, data: MergeRequest) -> Verdict:
    """Hand over everything, and send what comes later on to the survivor."""
    account = draft.account
    content = Belongings(
        lots={
            key: replace(lot, origin=lot.origin or account.id) for key, lot in account.lots.items()
        },
        debts={unit: totals.debt for unit, totals in account.totals.items() if totals.debt},
        orders={
            key: replace(order, origin=order.origin or account.id)
            for key, order in account.orders.items()
        },
        redemptions=account.redemptions,
        grants={key: grant for key, grant in account.grants.items() if not grant.catalogue},
        reviews=account.reviews,
        referrals=account.referrals,
        counters=account.counters,
        keys=account.keys,
        marks=account.marks,
    )
    sent = MergeContent(account.id, Raw(VALUES.encode(content)), data.settles)
    draft.affect("merge.moved", data.survivor, sent)
    for alias in account.profile.aliases:
        draft.affect("alias.moved", alias, AliasClaim(alias, data.survivor))
    _hand_over_points(draft)
    for collection in (*TAKEN_OVER, "grants", "counters", "standings", "timers", "parked"):
        if collection != "keys":
            for key in sorted(getattr(account, collection)):
                draft.put(collection, key, None)
    draft.put("profile", "", replace(account.profile, owner=data.survivor, aliases=()))
    return ACCEPTED


def _hand_over_points(draft: Draft) -> None:
    """Every lot leaves through the in-transit account, bucket by bucket; so do debts."""
    account = draft.account
    legs: dict[str, list[Leg]] = {}
    for name in sorted(account.lots):
        lot = account.lots[name]
        for bucket in BUCKETS:
            amount: int = getattr(lot, bucket)
            if amount:
                legs.setdefault(lot.unit, []).append(Leg(bucket, "in_transit", amount, name))  # type: ignore[arg-type]
        keep(draft, name, replace(lot, available=0, pending=0, reserved=0))
    for unit in sorted(account.totals):
        debt = account.totals[unit].debt
        if debt:
            legs.setdefault(unit, []).append(Leg("in_transit", "debt", debt))
    for unit, moved in legs.items():
        net = sum(-leg.amount if leg.target == "in_transit" else leg.amount for leg in moved)
        draft.post("points.transferred", unit, tuple(moved), "merge", amount=net)


def received(draft: Draft, data: MergeContent) -> Verdict:
    """Take over what the other account held; a debt is paid at once from what is available."""
    content = DECODER.decode(data.content)
    account = draft.account
    _take_over_points(draft, content)
    for collection in TAKEN_OVER:
        held: dict[str, object] = getattr(account, collection)
        for key, item in sorted(getattr(content, collection).items()):
            if key not in held:
                draft.put(collection, key, item)
            elif collection == "orders":
                draft.put(collection, f"{data.member}:{key}", item)
    for key, grant in sorted(content.grants.items()):
        draft.put("grants", f"{key}/{data.member}" if key in account.grants else key, grant)
    for key, amount in sorted(content.counters.items()):
        draft.count(key, amount)
    notices = len(draft.notices)
    for ladder in draft.version.ladders:
        raise_tier(draft, ladder)
    follow_tiers(draft, notices)
    if data.settles:
        draft.settles.append(data.settles)
    for key in sorted(content.orders):
        apply_waiting(draft, f"order/{key}")
    return ACCEPTED


def _take_over_points(draft: Draft, content: Belongings) -> None:
    legs: dict[str, list[Leg]] = {}
    for name, lot in sorted(content.lots.items()):
        mine = name if name not in draft.account.lots else f"{name}/{lot.origin}"
        draft.put("lots", mine, lot)
        for bucket in BUCKETS:
            amount: int = getattr(lot, bucket)
            if amount:
                legs.setdefault(lot.unit, []).append(Leg("in_transit", bucket, amount, mine))  # type: ignore[arg-type]
    for unit, debt in sorted(content.debts.items()):
        legs.setdefault(unit, []).append(Leg("debt", "in_transit", debt))
    for unit, moved in sorted(legs.items()):
        net = sum(leg.amount if leg.source == "in_transit" else -leg.amount for leg in moved)
        draft.post("points.transferred", unit, tuple(moved), "merge", amount=net)
        _pay_debt(draft, unit)


def _pay_debt(draft: Draft, unit: str) -> None:
    totals = draft.account.totals.get(unit, Totals())
    left = min(totals.debt, totals.available)
    legs: list[Leg] = []
    lots = [(name, lot) for name, lot in draft.account.lots.items() if lot.unit == unit]
    lots.sort(key=lambda item: (item[1].expires_at or NEVER, item[1].earned_at, item[0]))
    for name, lot in lots:
        paid = min(left, lot.available)
        if paid:
            keep(draft, name, replace(lot, available=lot.available - paid))
            legs.append(Leg("available", "debt", paid, name))
            left -= paid
    draft.post("points.transferred", unit, tuple(legs), "merge", amount=0)


def unmerged(draft: Draft, data: MemberUnmerged) -> Verdict:
    """Send back what the other id's own events produced and is still there."""
    origin = data.from_member
    lots = {key: lot for key, lot in draft.account.lots.items() if lot.origin == origin}
    orders = {key: one for key, one in draft.account.orders.items() if one.origin == origin}
    if not lots and not orders:
        draft.affect("unmerge.requested", origin, MergeRequest(draft.account.id))
        return ACCEPTED
    content = Belongings(
        lots={key: replace(lot, origin=None) for key, lot in lots.items()},
        orders={
            key.removeprefix(f"{origin}:"): replace(one, origin=None) for key, one in orders.items()
        },
    )
    for key in sorted(orders):
        draft.put("orders", key, None)
    for name in sorted(lots):
        lot = lots[name]
        legs = tuple(
            Leg(bucket, "in_transit", getattr(lot, bucket), name)  # type: ignore[arg-type]
            for bucket in BUCKETS
            if getattr(lot, bucket)
        )
        keep(draft, name, replace(lot, available=0, pending=0, reserved=0))
        draft.post("points.transferred", lot.unit, legs, "unmerge")
    draft.affect("unmerge.requested", origin, MergeRequest(draft.account.id))
    sent = MergeContent(draft.account.id, Raw(VALUES.encode(content)))
    draft.affect("unmerge.moved", origin, sent)
    return ACCEPTED


def unrequested(draft: Draft, _data: MergeRequest) -> Verdict:
    """This id stands on its own again."""
    draft.put("profile", "", replace(draft.account.profile, owner=None))
    return ACCEPTED
