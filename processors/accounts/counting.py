"""What orders and activities add to the counters that carry tiers (semantics, section 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from processors.accounts.standings import counter_key

if TYPE_CHECKING:
    from processors.accounts.draft import Draft
    from processors.accounts.items import Order
    from processors.programs.compiled import Ladder, Version

SETTLE = "settle"
"""The kind of the timers at which orders count."""


def counts_at(ladder: Ladder, order: Order) -> int:
    """When an order counts: at its own time, or when it has settled."""
    return order.time if ladder.settles_at is None else ladder.settles_at(order.time)


def counts_now(version: Version, ladder: Ladder, what: str, order: Order, now: int) -> int:
    """What the order adds to one of a ladder's figures now, by the version that priced it."""
    if order.cancelled or (ladder.settles_at is not None and counts_at(ladder, order) > now):
        return 0
    if ladder.takes is not None and what != "points":
        kept = sum([line.kept_minor for line in order.lines if ladder.takes(line)])
        return kept if what == "spend" else int(what == "orders" and kept > 0)
    if what == "spend":
        return sum([line.kept_minor for line in order.lines if line.kind == "goods"])
    if what == "points":
        return _points(version, ladder, order)
    return int(what == "orders" and _keeps_goods(order))


def _keeps_goods(order: Order) -> bool:
    """True while anything of its goods is kept, for money or free of charge."""
    goods = (line for line in order.lines if line.kind == "goods")
    return any(line.kept_minor or line.kept_quantity for line in goods)


def _points(version: Version, ladder: Ladder, order: Order) -> int:
    """Points of the order; without what promotions added, unless the ladder counts that too."""
    rules, granted = version.rules, order.granted
    if ladder.counts_bonus or not order.frozen.promotions:
        return sum([held for rule, held in granted.items() if rules[rule].unit == ladder.unit])
    plain = replace(order, frozen=replace(order.frozen, promotions=()))
    awards, _ = version.price(plain)
    return sum(
        min(award.amount, granted.get(award.rule, 0))
        for award in awards
        if award.unit == ladder.unit
    )


def plan_settling(draft: Draft, order_id: str, order: Order, version: Version) -> None:
    """See to it that the order counts when it has settled."""
    for ladder in version.ladders:
        if ladder.settles_at is not None and (at := counts_at(ladder, order)) > draft.time:
            draft.put("timers", f"{SETTLE}/{ladder.id}/{order_id}", at)


def count_order(draft: Draft, order: Order, version: Version) -> tuple[Order, int]:
    """Put what an order counts now into the counters, in the window in which it counts.

    Returns the order, and by how much it counts more than before.
    """
    if order.uncounted:
        return order, 0
    account, before = draft.account, order.counted
    counted: dict[str, int] = {}
    for ladder in version.ladders:
        for what in ladder.counts:
            amount = counts_now(version, ladder, what, order, draft.time)
            if amount:
                at = counts_at(ladder, order)
                window, ends = ladder.window_of(at, account)
                part = what if ladder.several else order.currency
                counted[counter_key(ladder, window, part)] = amount
                watch_window(draft, ladder, ends, at)
    if counted == before:
        return order, 0
    grown = 0
    for key in sorted(before | counted):
        more = counted.get(key, 0) - before.get(key, 0)
        grown += more
        if more > 0 or key in account.counters:
            draft.count(key, more)
    return replace(order, counted=counted), grown


def watch_window(draft: Draft, ladder: Ladder, ends: int | None, time: int) -> None:
    """See to it that the counter's reset, or a day's leaving, is due."""
    if ladder.rolling_until is not None:
        ends = ladder.rolling_until(time)
    if ends is not None and ends > draft.time:
        name = f"window/{ladder.id}/{ends}"
        if name not in draft.account.timers:
            draft.put("timers", name, ends)
