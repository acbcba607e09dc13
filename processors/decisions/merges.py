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
from processors.accounts.counting import count_order, plan_settling
from processors.accounts.draft import VALUES
from processors.accounts.items import (
    Grant,
    Lot,
    Order,
    Parked,
    Redemption,
    Referral,
    Review,
    Standing,
)
from processors.accounts.lots import NEVER, keep
from processors.accounts.rewards import close, follow_tiers
from processors.accounts.tiers import raise_tier, take_over
from processors.decisions.verdict import ACCEPTED, FORWARDED, Verdict, refused
from processors.decisions.waiting import apply_waiting
from schemas.ledger import Leg
from schemas.transfers import AliasClaim, MergeContent, MergeRequest
from schemas.values import identity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from processors.accounts.draft import Draft
    from schemas.inputs.members import MemberMerged


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
    parked: dict[str, Parked] = {}
    standings: dict[str, Standing] = {}
    """Where the program keeps the higher tier of the two."""


DECODER = msgspec.json.Decoder(Belongings)
TAKEN_OVER = ("redemptions", "reviews", "referrals", "keys", "marks", "parked")
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
    if account.profile.erased:
        nothing = MergeContent(account.id, Raw(b"{}"), data.settles)
        draft.affect("merge.moved", data.survivor, nothing)
        return refused("member_erased")
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
        grants=_vouchers(draft),
        reviews=account.reviews,
        referrals=account.referrals,
        counters=_beside_orders(draft),
        keys=account.keys,
        marks=account.marks,
        parked=account.parked,
        standings=account.standings if draft.version.merge_tier == "highest" else {},
    )
    sent = MergeContent(account.id, Raw(VALUES.encode(content)), data.settles)
    draft.affect("merge.moved", data.survivor, sent)
    for alias in account.profile.aliases:
        claim = AliasClaim(alias, data.survivor, member=account.id)
        draft.affect("alias.moved", alias, claim)
    _hand_over_points(draft)
    for collection in (*TAKEN_OVER, "orders", "grants", "counters", "standings", "timers"):
        if collection != "keys":
            for key in sorted(getattr(account, collection)):
                draft.put(collection, key, None)
    draft.put("profile", "", replace(account.profile, owner=data.survivor))
    return ACCEPTED


def _vouchers(draft: Draft) -> dict[str, Grant]:
    """What was granted moves, or is withdrawn where the program says so."""
    grants = {key: one for key, one in draft.account.grants.items() if not one.catalogue}
    if draft.version.merge_vouchers == "move":
        return grants
    for key in sorted(grants):
        close(draft, key, "withdrawn", "merge")
    return {}


def _beside_orders(draft: Draft) -> dict[str, int]:
    """Counters without what orders count: they bring that along, where it moves at all."""
    counters = dict(draft.account.counters)
    for order in draft.account.orders.values():
        for key, amount in order.counted.items():
            counters[key] = counters.get(key, 0) - amount
    alone = draft.version.merge_tier == "survivor"
    stay = {ladder.id for ladder in draft.version.ladders} if alone else set[str]()
    return {
        key: amount for key, amount in counters.items() if amount and key.split("/")[0] not in stay
    }


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
    _take_over_points(draft, content)
    _take_over_items(draft, content, data.member)
    notices = len(draft.notices)
    for ladder in draft.version.ladders:
        if ladder.id in content.standings:
            take_over(draft, ladder, content.standings[ladder.id].grounds)
        raise_tier(draft, ladder)
    follow_tiers(draft, notices)
    if data.settles:
        draft.settles.append(data.settles)
    _apply_what_waited(draft)
    return ACCEPTED


def _take_over_items(draft: Draft, content: Belongings, member: str) -> None:
    account = draft.account
    for collection in TAKEN_OVER:
        held: dict[str, object] = getattr(account, collection)
        for key, item in sorted(getattr(content, collection).items()):
            if key not in held:
                draft.put(collection, key, item)
    for key, grant in sorted(content.grants.items()):
        draft.put("grants", f"{key}/{member}" if key in account.grants else key, grant)
    for key, amount in sorted(content.counters.items()):
        draft.count(key, amount)
    for key, order in sorted(content.orders.items()):
        _take_over_order(draft, f"{member}:{key}" if key in account.orders else key, order)


def _apply_what_waited(draft: Draft) -> None:
    """What waited in one of the two for an order or a review of the other waits no longer."""
    account = draft.account
    here = {f"order/{key}" for key in account.orders} | {f"review/{key}" for key in account.reviews}
    for reference in sorted({parked.waits_for for parked in account.parked.values()} & here):
        apply_waiting(draft, reference)


def _take_over_order(draft: Draft, name: str, order: Order) -> None:
    """An order counts in this account's windows, which may begin on other days, once settled."""
    version = draft.version_of(order)
    alone = order.origin is not None and draft.version.merge_tier == "survivor"
    order, _ = count_order(draft, replace(order, counted={}, uncounted=alone), version)
    draft.put("orders", name, order)
    plan_settling(draft, name, order, version)


def _free(name: str, origin: str | None, lots: Mapping[str, Lot]) -> str:
    """A name for a lot that comes by a merge: its own, or what tells it from those of before."""
    while name in lots:
        name = f"{name}/{origin}"
    return name


def _take_over_points(draft: Draft, content: Belongings) -> None:
    legs: dict[str, list[Leg]] = {}
    for name, lot in sorted(content.lots.items()):
        mine = _free(name, lot.origin, draft.account.lots)
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
