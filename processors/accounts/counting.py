"""What orders and activities add to the counters that carry tiers (semantics, section 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from processors.accounts.tiers import counter_key

if TYPE_CHECKING:
    from processors.accounts.draft import Draft
    from processors.accounts.items import Order
    from processors.programs.compiled import Ladder, Version

SETTLE = "settle"
"""The kind of the timers at which orders count."""


def counts_at(ladder: Ladder, order: Order) -> int:
    """When an order counts: at its own time, or when it has settled."""
    return order.time if ladder.settles_at is None else ladder.settles_at(order.time)


def counted_by(version: Version, order: Order, now: int) -> dict[str, int]:
    """What the order adds to each ladder's counter now, by the version that priced it."""
    amounts: dict[str, int] = {}
    for ladder in version.ladders:
        if order.cancelled or (ladder.settles_at is not None and counts_at(ladder, order) > now):
            amounts[ladder.id] = 0
        elif ladder.counts == "spend":
            amounts[ladder.id] = sum([i.kept_minor for i in order.lines if i.kind == "goods"])
        elif ladder.counts == "points":
            amounts[ladder.id] = _points(version, ladder, order)
        elif ladder.counts == "orders":
            amounts[ladder.id] = 1
    return amounts


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


def plan_settling(draft: Draft, order_id: str, order: Order) -> None:
    """See to it that the order counts when it has settled."""
    for ladder in draft.version_of(order).ladders:
        if ladder.settles_at is not None and (at := counts_at(ladder, order)) > draft.time:
            draft.put("timers", f"{SETTLE}/{ladder.id}/{order_id}", at)


def count_order(draft: Draft, order: Order, amounts: dict[str, int]) -> Order:
    """Put what an order counts now into the counters, in the window in which it counts."""
    account = draft.account
    counted: dict[str, int] = {}
    for ladder in draft.program.version(order.version).ladders:
        amount = amounts.get(ladder.id, 0)
        at = counts_at(ladder, order)
        window, ends = ladder.window_of(at, account)
        key = counter_key(ladder, window, order.currency)
        if amount:
            counted[key] = amount
            watch_window(draft, ladder, ends, at)
    for key in sorted(counted.keys() | order.counted.keys()):
        more = counted.get(key, 0) - order.counted.get(key, 0)
        if more > 0 or key in account.counters:
            draft.count(key, more)
    return replace(order, counted=counted) if counted != order.counted else order


def watch_window(draft: Draft, ladder: Ladder, ends: int | None, time: int) -> None:
    """See to it that the counter's reset, or a day's leaving, is due."""
    if ladder.rolling_until is not None:
        ends = ladder.rolling_until(time)
    if ends is not None and ends > draft.time:
        name = f"window/{ladder.id}/{ends}"
        if name not in draft.account.timers:
            draft.put("timers", name, ends)
