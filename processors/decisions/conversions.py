"""Points that become vouchers by themselves, and vouchers undone by a refund (section 3.8, 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.accounts.lots import draw, expire, give_back, in_order, legs_of
from processors.accounts.rewards import close, grant

if TYPE_CHECKING:
    from collections.abc import Callable

    from processors.accounts.draft import Draft
    from processors.programs.compiled import Conversion, Version


def convert(draft: Draft, version: Version) -> None:
    """Every full threshold makes a voucher, by the version that priced the points just posted."""
    for conversion in version.conversions:
        available = draft.totals(conversion.unit).available
        if available < conversion.threshold:
            continue
        many = 1 if conversion.mode == "reset" else available // conversion.threshold
        for _ in range(many):
            _make(draft, version, conversion)
        if conversion.mode == "reset":
            expire(draft, [name for name, _ in in_order(draft, conversion.unit)], "reset")


def _make(draft: Draft, version: Version, conversion: Conversion) -> None:
    parts = draw(draft, conversion.unit, conversion.threshold, "redeemed")
    rule = f"conversion/{conversion.reward_id}"
    draft.post("points.converted", conversion.unit, legs_of(parts, "available", "redeemed"), rule)
    reward = version.rewards[conversion.reward_id]
    cost = conversion.threshold
    grant(draft, reward, rule, ground=rule, cost=cost, parts=parts)
    draft.fire(rule, {"threshold": cost})


def undo_vouchers(version: Version) -> Callable[[Draft, str, int], None] | None:
    """How a refund makes room when lots are short: unused vouchers go back, the newest first."""
    rewards = {
        conversion.reward_id: conversion.unit
        for conversion in version.conversions
        if conversion.on_refund == "cancel_unused"
    }
    if not rewards:
        return None

    def make_room(draft: Draft, unit: str, short: int) -> None:
        left = short
        held = sorted(
            (item.valid_from, name)
            for name, item in draft.account.grants.items()
            if item.cost and item.quantity and rewards.get(item.reward_id) == unit
        )
        for _, name in reversed(held):
            if left <= 0:
                break
            item = draft.account.grants[name]
            close(draft, name, "withdrawn", "refund")
            rule = f"conversion/{item.reward_id}"
            give_back(draft, "points.unconverted", unit, item.parts, "redeemed", rule)
            left -= item.cost

    return make_room
