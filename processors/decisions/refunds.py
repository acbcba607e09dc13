"""Refunds, cancellations and edits: the order's rules on what is kept (semantics, section 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from processors.decisions.caps import use_caps
from processors.decisions.orders import (
    goods_kept_minor,
    lines_of,
    open_order,
    spread,
    take,
    tenders_of,
)
from processors.decisions.pools import drop_waiting
from processors.decisions.purchases import settle
from processors.decisions.referrals import review_order
from processors.decisions.verdict import ACCEPTED, Verdict, refused

if TYPE_CHECKING:
    from processors.accounts.draft import Draft
    from processors.accounts.items import Order, OrderLine
    from processors.programs.compiled import Rule
    from schemas.inputs.purchases import (
        PurchaseCancelled,
        PurchaseEdited,
        PurchaseRefunded,
        RefundLine,
    )


def refunded(draft: Draft, data: PurchaseRefunded) -> Verdict:
    """Take what the refund is worth: by lines, by a custom amount, or by both."""
    order = open_order(draft, data.order_id)
    if isinstance(order, Verdict):
        return order
    kept = _after_lines(order.lines, data.lines or ())
    if kept is None:
        return refused("over_refund")
    version = draft.version_of(order)
    if data.amount_minor:
        goods = [line.kept_minor if line.kind == "goods" else 0 for line in kept]
        if data.amount_minor > sum(goods):
            return refused("over_refund")
        if version.refund_custom == "spread":
            cuts = spread(goods, data.amount_minor)
            kept = tuple(_cut(line, cut) for line, cut in zip(kept, cuts, strict=True))
    _post(draft, data.order_id, order, replace(order, lines=kept))
    return ACCEPTED


def _cut(line: OrderLine, cut_minor: int) -> OrderLine:
    """A line's share of a custom amount; its units go with the last of its money."""
    left = line.kept_minor - cut_minor
    units = line.kept_quantity if left or not cut_minor else 0
    return replace(line, kept_minor=left, kept_quantity=units)


def _after_lines(
    lines: tuple[OrderLine, ...], refunds: tuple[RefundLine, ...] | list[RefundLine]
) -> tuple[OrderLine, ...] | None:
    """The lines as they are kept after a refund; None when it is more than is kept."""
    kept = {line.line_id: line for line in lines}
    for part in refunds:
        line = kept.get(part.line_id)
        if line is None or part.amount_minor > line.kept_minor:
            return None
        units = line.kept_quantity if part.quantity is None else part.quantity
        kept[part.line_id] = replace(
            line,
            kept_minor=line.kept_minor - part.amount_minor,
            kept_quantity=max(0, line.kept_quantity - units),
        )
    return tuple(kept[line.line_id] for line in lines)


def _post(draft: Draft, order_id: str, before: Order, after: Order) -> None:
    """Post what a refund takes, by the mode of the order's version."""
    mode = draft.version_of(before).refund_mode
    if mode == "recompute_net":
        settle(draft, order_id, after)
    else:
        by_mode = {"per_refund_floor": _floor_each, "whole_order": _take_all}
        after = by_mode[mode](draft, order_id, before, after) if mode in by_mode else after
        settle(draft, order_id, after, points=False)
    draft.fire("refund", {"mode": mode})
    review_order(draft, order_id)


def _floor_each(draft: Draft, order_id: str, before: Order, after: Order) -> Order:
    """Price the refunded part on its own, cut; a refund that leaves nothing takes the rest."""
    version = draft.version_of(before)
    refund = tuple(
        replace(
            now,
            kept_minor=was.kept_minor - now.kept_minor,
            kept_quantity=was.kept_quantity - now.kept_quantity,
        )
        for was, now in zip(before.lines, after.lines, strict=True)
    )
    nothing_left = not goods_kept_minor(after)
    # What came on top whatever the amount goes with the rest only.
    awards, _ = version.price(replace(before, lines=refund))
    worth = {award.rule: award.amount for award in awards if not award.fixed}
    held = dict(before.granted)
    if nothing_left:
        drop_waiting(draft, order_id, before)
    for rule in sorted(before.granted):
        amount = held[rule] if nothing_left else min(held[rule], worth.get(rule, 0))
        if amount:
            after = _take(draft, order_id, after, version.rules[rule], amount, held[rule])
            held[rule] -= amount
    return replace(after, granted={rule: left for rule, left in held.items() if left})


def _take_all(draft: Draft, order_id: str, before: Order, after: Order) -> Order:
    """Any refund takes the whole order's points."""
    version = draft.version_of(before)
    drop_waiting(draft, order_id, before)
    for rule in sorted(before.granted):
        amount = before.granted[rule]
        after = _take(draft, order_id, after, version.rules[rule], amount, amount)
    return replace(after, granted={})


def _take(draft: Draft, order_id: str, order: Order, rule: Rule, amount: int, held: int) -> Order:
    """Take points of an order back; they leave the counters of their caps."""
    use_caps(draft, rule, -amount, held, order.time, order.origin)
    return take(draft, order_id, order, rule, amount)


def cancelled(draft: Draft, data: PurchaseCancelled) -> Verdict:
    """A cancellation is a refund of everything still kept."""
    order = open_order(draft, data.order_id)
    if isinstance(order, Verdict):
        return order
    lines = tuple(replace(line, kept_minor=0, kept_quantity=0) for line in order.lines)
    _post(draft, data.order_id, order, replace(order, lines=lines))
    order = draft.account.orders[data.order_id]
    draft.put("orders", data.order_id, replace(order, cancelled=True))
    return ACCEPTED


def edited(draft: Draft, data: PurchaseEdited) -> Verdict:
    """The order's whole new content, priced by its own version; the difference is posted."""
    order = open_order(draft, data.order_id)
    if isinstance(order, Verdict):
        return order
    after = replace(order, lines=lines_of(data), tenders=tenders_of(data))
    settle(draft, data.order_id, after, explain=True)
    review_order(draft, data.order_id)
    return ACCEPTED
