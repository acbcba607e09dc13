"""Orders: placing one, and posting the difference between what it holds and what it is worth.

The same function serves the purchase, its payment, its refunds and its edits: price what is kept
by the order's own version and frozen conditions, and post the difference (semantics, section 5).
"""

from __future__ import annotations

from itertools import repeat
from typing import TYPE_CHECKING

from msgspec.structs import replace

from processors.accounts.items import ONLINE, Frozen, Order, OrderLine
from processors.accounts.lots import Origin, earn, lot_id, merged_subject, pend
from processors.accounts.steps import beside, ripen
from processors.accounts.take import take_back
from processors.decisions.caps import fitting, use_caps
from processors.decisions.conversions import undo_vouchers
from processors.decisions.pools import adjust, give_room, waited_for, waiting
from processors.decisions.verdict import Verdict, parked, refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from processors.accounts.draft import Draft
    from processors.programs.compiled import Rule, Version
    from schemas.inputs.purchases import PurchaseCompleted, PurchaseEdited

NOTHING_FROZEN = Frozen()


def spread(amounts: Sequence[int], total: int) -> list[int]:
    """Split `total` by `amounts`: largest remainder, ties to the earlier one."""
    if not total or not (whole := sum(amounts)):
        return [0] * len(amounts)
    total = min(total, whole)
    shares = [amount * total // whole for amount in amounts]
    rests = [amount * total % whole for amount in amounts]
    missing = total - sum(shares)
    for place in sorted(range(len(amounts)), key=lambda i: (-rests[i], i))[:missing]:
        shares[place] += 1
    return shares


def lines_of(data: PurchaseCompleted | PurchaseEdited) -> tuple[OrderLine, ...]:
    """The order's lines, all kept, with their shares of the order discount."""
    discounts: Iterable[int] = repeat(0)
    if data.order_discount_minor:
        goods = [line.amount_minor if line.kind == "goods" else 0 for line in data.lines]
        discounts = spread(goods, data.order_discount_minor)
    lines = [
        OrderLine(
            line.line_id,
            line.sku,
            line.amount_minor,
            discount,
            line.quantity,
            line.kind,
            line.category,
            line.brand,
            line.product_class,
            line.tags or (),
            line.amount_minor - discount,
            line.quantity,
            line.tax_minor,
        )
        for line, discount in zip(data.lines, discounts, strict=False)
    ]
    return tuple(lines)


def tenders_of(data: PurchaseCompleted | PurchaseEdited) -> dict[str, int]:
    """What was paid, by kind of tender. Empty: one tender `other` over the whole total."""
    sums: dict[str, int] = {}
    if data.tenders is None:
        return sums
    for tender in data.tenders:
        sums[tender.kind] = sums.get(tender.kind, 0) + tender.amount_minor
    return sums


def place(draft: Draft, data: PurchaseCompleted) -> Order:
    """A new order with what pricing reads of the member and the calendar, frozen now."""
    order = Order(
        draft.time,
        draft.version.id,
        data.currency,
        lines_of(data),
        NOTHING_FROZEN,
        tenders_of(data),
        # The default itself where it is spelt out, so that what rests does not say it.
        ONLINE if data.channel == ONLINE else data.channel,
        data.location_id,
        data.market,
        dict(data.attributes or {}),
        paid=data.paid,
        redemption_id=data.redemption_id,
        origin=merged_subject(draft),
    )
    return replace(order, frozen=draft.version.freeze(order, draft.account))


def open_order(draft: Draft, order_id: str) -> Order | Verdict:
    """The order, if it can still be changed; or why it cannot.

    One that was never seen, or went with its member, may still come. It can be changed until
    00:00 local, so many days after its date; that it was forgotten since makes no difference.
    """
    order, key = draft.account.orders.get(order_id), f"order/{order_id}"
    if order is None:
        _, seen = draft.account.keys.get(key, ("", None))
        over = seen is not None and _is_over(draft, seen, draft.program.refund_horizon_days)
        return refused("too_late") if over else parked(key)
    if order.cancelled:
        return refused("order_closed")
    if _is_over(draft, order.time, draft.version_of(order).refund_horizon_days):
        return refused("too_late")
    return order


def _is_over(draft: Draft, placed: int, horizon: int) -> bool:
    return draft.program.calendar.days_after(placed, horizon) <= draft.time


def reprice(
    draft: Draft, order_id: str, order: Order, version: Version, *, explain: bool = False
) -> Order:
    """Post the difference between what the rules give for what is kept and what is held."""
    awards, misses = ([], []) if order.cancelled else version.price(order)
    priced: dict[str, int] = {}
    for award in awards:
        priced[award.rule] = award.amount
        if explain:
            draft.fire(award.rule, award.figures)
    if explain:
        draft.missed += misses
    held = order.granted
    granted: dict[str, int] = {}
    for name in sorted({*held, *priced, *waited_for(draft, order_id, version)}):
        rule, had = version.rules[name], held.get(name, 0)
        if rule.pool is not None:
            amount = _shared(draft, order_id, order, rule, priced.get(name, 0), more=explain)
        else:
            amount = within_caps(draft, order, rule, priced.get(name, 0), had)
        if amount and name in priced:
            granted[name] = amount
        if amount > had:
            give(draft, order_id, order, rule, amount - had)
        elif amount < had:
            order = take(draft, order_id, order, rule, had - amount)
    return replace(order, granted=granted)


def _shared(
    draft: Draft, order_id: str, order: Order, rule: Rule, priced: int, *, more: bool
) -> int:
    """What the order still holds of points that all members share; what it lacks is asked for."""
    had = order.granted.get(rule.id, 0)
    origin = Origin(f"order/{order_id}", order.version, draft.time)
    stands = had + waiting(draft, lot_id(origin.owner, rule.id))
    wanted = within_caps(draft, order, rule, priced if more else min(priced, stands), stands)
    return adjust(draft, rule, origin, wanted, had, more=more, of=order.time)


def give(draft: Draft, order_id: str, order: Order, rule: Rule, amount: int) -> None:
    """Post an award: pending until its release, or available now."""
    owner = f"order/{order_id}"
    if rule.release_on == "none":
        earn(draft, rule, amount, Origin(owner, order.version, draft.time))
        return
    start = _wait_starts(order, rule)
    release_at = None if start is None else rule.release_at(start, draft.account)
    origin = Origin(owner, order.version, order.time)
    if release_at is not None and release_at <= draft.time and rule.step:
        pend(draft, rule, amount, origin, None)
        ripen(draft, lot_id(owner, rule.id))
    elif release_at is not None and release_at <= draft.time:
        earn(draft, rule, amount, Origin(owner, order.version, draft.time))
    else:
        pend(draft, rule, amount, origin, release_at)


def _wait_starts(order: Order, rule: Rule) -> int | None:
    """When the wait for a rule's points began; None while that is not known."""
    if rule.release_on == "order":
        return order.time
    if rule.release_on == "shipped":
        return order.shipped_at
    return order.delivered_at if rule.release_on == "delivered" else None


def take(draft: Draft, order_id: str, order: Order, rule: Rule, amount: int) -> Order:
    """Take points of an order back; those that expired count as taken back already."""
    version = draft.version_of(order)
    if rule.pool is not None and amount:
        give_room(draft, rule.pool, lot_id(f"order/{order_id}", rule.id), amount, order.time)
    lapsed = min(amount, order.lapsed.get(rule.id, 0))
    if lapsed:
        rest = {**order.lapsed, rule.id: order.lapsed[rule.id] - lapsed}
        order = replace(order, lapsed={name: left for name, left in rest.items() if left})
        draft.put("orders", order_id, order)
    own = [lot_id(f"order/{order_id}", name) for name in (rule.id, *sorted(order.granted))]
    own += [name for base in own for name in beside(draft, base)] if rule.step else []
    own = [
        name
        for name in dict.fromkeys(own)
        if (lot := draft.account.lots.get(name)) is not None and lot.unit == rule.unit
    ]
    if amount > lapsed:
        take_back(
            draft,
            rule.unit,
            amount - lapsed,
            own,
            rule.id,
            version.negative,
            undo_vouchers(version),
        )
        order = replace(order, lapsed=draft.account.orders[order_id].lapsed)
    return order


def within_caps(draft: Draft, order: Order, rule: Rule, amount: int, held: int) -> int:
    """How much of a rule the order holds from now on; it held `held` of it."""
    if not rule.caps:
        return amount
    fits = fitting(draft, rule, amount, held, order.time)
    if fits < amount:
        draft.miss(rule.id, "capped")
    use_caps(draft, rule, fits - held, held, order.time, order.origin)
    return fits


def goods_kept_minor(order: Order) -> int:
    """Goods after discounts, before tax, that are kept."""
    return sum([line.kept_minor for line in order.lines if line.kind == "goods"])
