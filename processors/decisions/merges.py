"""Merging two accounts into one (semantics, section 10).

The survivor asks, the other hands over everything it holds through the in-transit account, and
sends later events on. Whatever moves carries its origin, so that an unmerge can give back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from processors.accounts.account import Totals
from processors.accounts.consumption import soonest_end
from processors.accounts.counting import count_order, plan_settling
from processors.accounts.lots import keep
from processors.accounts.origins import at_home, bare, told_apart, under
from processors.accounts.rewards import follow_tiers
from processors.accounts.telling import tell
from processors.accounts.tiers import raise_tier, take_over
from processors.decisions.belongings import DECODER, Belongings
from processors.decisions.handing import BUCKETS, MERGE
from processors.decisions.memberships import hold
from processors.decisions.renaming import STREAK, fitted
from processors.decisions.verdict import ACCEPTED, FORWARDED, Verdict, refused
from processors.decisions.waiting import apply_waiting
from schemas.ledger import Leg
from schemas.transfers import MergeContent, MergeRequest
from schemas.values import identity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from processors.accounts.draft import Draft
    from processors.accounts.items import Order
    from schemas.inputs.members import MemberMerged

RETURNED = "transfer.unmerge.moved"
WAITED_FOR = {"order": "orders", "review": "reviews", "redemption": "redemptions"}


def merged(draft: Draft, data: MemberMerged) -> Verdict:
    """Ask the other account for all it has."""
    if data.from_member == draft.account.id:
        return refused("self_referral")
    settles = identity(draft.item.source, draft.item.id)
    draft.affect("merge.requested", data.from_member, MergeRequest(draft.account.id, settles))
    return FORWARDED


def received(draft: Draft, data: MergeContent) -> Verdict:
    """Take over what the other account held; a debt is paid at once from what is available."""
    content = fitted(DECODER.decode(data.content), draft.account, data.member)
    if content.members:
        profile = draft.account.profile
        members = {**profile.merged, **content.members}
        draft.put("profile", "", replace(profile, merged=members))
    _take_over_points(draft, content)
    _take_over_items(draft, content)
    _take_over_figures(draft, content, data.member)
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


def _take_over_items(draft: Draft, content: Belongings) -> None:
    for collection in ("redemptions", "reviews", "referrals", "parked"):
        for key, item in sorted(getattr(content, collection).items()):
            draft.put(collection, key, item)
    for key, grant in sorted(content.grants.items()):
        draft.put("grants", key, grant)
        tell(draft, "gained", key, grant, grant.quantity, MERGE)
    for plan, membership in sorted(content.memberships.items()):
        hold(draft, plan, membership)
    for key, order in sorted(content.orders.items()):
        _take_over_order(draft, key, order)


def _take_over_figures(draft: Draft, content: Belongings, member: str) -> None:
    """Keys, marks and counters: under the account's own names, and apart as the other's."""
    account = draft.account
    for collection in ("keys", "marks"):
        held, theirs = getattr(account, collection), getattr(content, collection)
        for name, own, key in _names(draft, theirs, content, member):
            if name in held and own != name:
                # Both have it: it stays when the other's goes back.
                draft.put(collection, under(account.id, name), held[name])
            if name in held and name.startswith(STREAK):
                draft.put(collection, name, _joined(draft, held[name], theirs[key]))
            for place in sorted({name, own} - held.keys()):
                draft.put(collection, place, theirs[key])
    counters = content.counters
    for name, own, key in _names(draft, counters, content, member):
        draft.count(name, counters[key])
        if own != name:
            # What others of them counted is apart already.
            others = sum(counters.get(under(who, key), 0) for who in content.members)
            draft.count(own, counters[key] - others)


def _names(
    draft: Draft, items: Mapping[str, object], content: Belongings, member: str
) -> Iterator[tuple[str, str, str]]:
    """By key: its name here, and the one that says whose it is, where it is not the account's."""
    mine, returned = draft.account.id, draft.item.type == RETURNED
    members = (*content.members, *draft.account.profile.merged)
    for key in sorted(items):
        if told_apart(key, (mine,)):
            yield bare(mine, key), bare(mine, key), key
        elif told_apart(key, members):
            yield at_home(key, members) if returned else key, key, key
        else:
            yield key, under(member, key), key


def _joined(draft: Draft, mine: str, theirs: str) -> str:
    """Orders that count towards a streak, of both members, in order of their times."""
    orders = draft.account.orders
    known = {name for name in f"{mine}\n{theirs}".split("\n") if name in orders}
    return "\n".join(sorted(known, key=lambda name: (orders[name].time, name)))


def _apply_what_waited(draft: Draft) -> None:
    """What waited in one of the two for something of the other waits no longer."""
    account = draft.account
    references: set[str] = set()
    for parked in account.parked.values():
        kind, _, key = parked.waits_for.partition("/")
        held = getattr(account, WAITED_FOR.get(kind, ""), {})
        meant = bare(parked.subject, key)
        if meant in held or under(parked.subject, meant) in held:
            references.add(parked.waits_for)
    for reference in sorted(references):
        apply_waiting(draft, reference)


def _take_over_order(draft: Draft, name: str, order: Order) -> None:
    """An order counts in this account's windows, which may begin on other days, once settled."""
    version = draft.version_of(order)
    alone = order.origin is not None and draft.version.merge_tier == "survivor"
    order, _ = count_order(draft, replace(order, counted={}, uncounted=alone), version)
    draft.put("orders", name, order)
    plan_settling(draft, name, order, version)


def _take_over_points(draft: Draft, content: Belongings) -> None:
    legs: dict[str, list[Leg]] = {}
    for name, lot in sorted(content.lots.items()):
        draft.put("lots", name, lot)
        for bucket in BUCKETS:
            amount: int = getattr(lot, bucket)
            if amount:
                legs.setdefault(lot.unit, []).append(Leg("in_transit", bucket, amount, name))
    for unit, debt in sorted(content.debts.items()):
        legs.setdefault(unit, []).append(Leg("debt", "in_transit", debt))
    for unit, moved in sorted(legs.items()):
        net = sum(leg.amount if leg.source == "in_transit" else -leg.amount for leg in moved)
        draft.post("points.transferred", unit, tuple(moved), MERGE, amount=net)
        _pay_debt(draft, unit)


def _pay_debt(draft: Draft, unit: str) -> None:
    totals = draft.account.totals.get(unit, Totals())
    left = min(totals.debt, totals.available)
    legs: list[Leg] = []
    lots = [(name, lot) for name, lot in draft.account.lots.items() if lot.unit == unit]
    lots.sort(key=soonest_end)
    for name, lot in lots:
        paid = min(left, lot.available)
        if paid:
            keep(draft, name, replace(lot, available=lot.available - paid))
            legs.append(Leg("available", "debt", paid, name))
            left -= paid
    draft.post("points.transferred", unit, tuple(legs), MERGE, amount=0)
