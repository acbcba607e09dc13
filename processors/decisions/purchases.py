"""A purchase completed, paid, shipped or delivered (semantics, section 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from processors.accounts.counting import count_order, counts_at, plan_settling
from processors.accounts.lasting import renew
from processors.accounts.lots import Origin, lot_id
from processors.accounts.rewards import follow_tiers
from processors.accounts.tiers import lower_tier, raise_tier
from processors.decisions.caps import earn_within
from processors.decisions.challenges import judge_challenges
from processors.decisions.conversions import convert
from processors.decisions.orders import open_order, place, reprice
from processors.decisions.redemptions import commit_with_order
from processors.decisions.referrals import judge_first_order
from processors.decisions.verdict import ACCEPTED, Verdict, refused
from processors.decisions.waiting import apply_waiting

if TYPE_CHECKING:
    from processors.accounts.draft import Draft
    from processors.accounts.items import Order
    from schemas.inputs.purchases import (
        PurchaseCompleted,
        PurchaseDelivered,
        PurchasePaid,
        PurchaseShipped,
    )


def completed(draft: Draft, data: PurchaseCompleted) -> Verdict:
    """Earn by the rules in force, count, judge tiers, convert, and decide a referral."""
    version = draft.version
    if version.earning_ends is not None and draft.time >= version.earning_ends:
        return refused("earning_ended")
    if version.currencies is not None and data.currency not in version.currencies:
        return refused("wrong_currency")
    order = place(draft, data)
    if data.redemption_id is not None:
        commit_with_order(draft, data.redemption_id)
    renew(draft, "order")
    settle(draft, data.order_id, order, explain=True)
    plan_settling(draft, data.order_id, order, version)
    judge_first_order(draft, data.order_id, data.referrer)
    if version.limits is not None:
        for key, used in version.limits(order, draft.account):
            draft.count(key, used, order.origin)
    if version.streak_marks is not None:
        for mark, orders in version.streak_marks(data.order_id, order, draft.account):
            draft.put("marks", mark, orders)
    apply_waiting(draft, f"order/{data.order_id}")
    return ACCEPTED


def settle(
    draft: Draft, order_id: str, order: Order, *, explain: bool = False, points: bool = True
) -> None:
    """Bring points, counters, tiers and vouchers in line with what is kept of an order.

    `points=False` leaves the points alone: the refund mode has taken its own.
    """
    version, posted = draft.version_of(order), len(draft.entries)
    if order.paid and points:
        order = reprice(draft, order_id, order, version, explain=explain)
    order, more = count_order(draft, order, version)
    draft.put("orders", order_id, order)
    if more:
        _move_tiers(draft, order, more)
    if version.challenges:
        judge_challenges(draft, version)
    if version.conversions and any(e.kind == "points.earned" for e in draft.entries[posted:]):
        convert(draft, version)


def _move_tiers(draft: Draft, order: Order, more: int) -> None:
    """An order counts more, or less, than before: tiers and what they give follow."""
    notices = len(draft.notices)
    for ladder in draft.version.ladders:
        if more > 0:
            raise_tier(draft, ladder)
        else:
            lower_tier(draft, ladder, counts_at(ladder, order))
    follow_tiers(draft, notices)


def paid(draft: Draft, data: PurchasePaid) -> Verdict:
    """An order that was not paid earns now, by the version of its own time."""
    order = open_order(draft, data.order_id)
    if isinstance(order, Verdict):
        return order
    if not order.paid:
        settle(draft, data.order_id, replace(order, paid=True), explain=True)
    return ACCEPTED


def shipped(draft: Draft, data: PurchaseShipped) -> Verdict:
    """Shipping starts the clock of points that wait for it."""
    return _progress(draft, data.order_id, "shipped")


def delivered(draft: Draft, data: PurchaseDelivered) -> Verdict:
    """Delivery starts the clock of points that wait for it, and may have come too late."""
    before = draft.account.orders.get(data.order_id)
    verdict = _progress(draft, data.order_id, "delivered")
    first = verdict is ACCEPTED and before is not None and before.delivered_at is None
    if first and data.promised_at is not None and draft.time > data.promised_at:
        _compensate(draft, data.order_id)
    return verdict


def _compensate(draft: Draft, order_id: str) -> None:
    """What members get for a late delivery, by what they are now."""
    order = draft.account.orders[order_id]
    version = draft.version_of(order)
    now = replace(order, frozen=version.freeze(order, draft.account))
    for delivery in version.deliveries:
        missing = delivery.missing(now)
        if missing is not None:
            draft.miss(delivery.id, missing)
            continue
        origin = Origin(f"delivery/{order_id}", version.id, draft.time)
        if earn_within(draft, version.rules[delivery.id], delivery.amount, origin):
            draft.fire(delivery.id, {"amount": delivery.amount})
    convert(draft, version)


def _progress(draft: Draft, order_id: str, step: str) -> Verdict:
    order = open_order(draft, order_id)
    if isinstance(order, Verdict):
        return order
    already = order.shipped_at if step == "shipped" else order.delivered_at
    if already is not None:
        return ACCEPTED
    if step == "shipped":
        order = replace(order, shipped_at=draft.time)
    else:
        order = replace(order, delivered_at=draft.time)
    draft.put("orders", order_id, order)
    for name in sorted(order.granted):
        rule = draft.version_of(order).rules[name]
        lot = draft.account.lots.get(lot_id(f"order/{order_id}", name))
        if rule.release_on == step and lot is not None and lot.pending:
            at = rule.release_at(draft.time, draft.account)
            draft.put("lots", lot_id(f"order/{order_id}", name), replace(lot, release_at=at))
    return ACCEPTED
