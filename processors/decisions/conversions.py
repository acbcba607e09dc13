"""Points that become vouchers by themselves, and vouchers undone by a refund (section 3.8, 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.accounts.consumption import in_order
from processors.accounts.lots import draw, expire, legs_of
from processors.accounts.returning import put_back
from processors.accounts.rewards import close, grant
from schemas.ledger import Leg

if TYPE_CHECKING:
    from collections.abc import Callable

    from processors.accounts.draft import Draft
    from processors.programs.compiled import Conversion, Version
    from schemas.ledger import Bucket


CONVERT = "convert"
"""The kind of the timers at which points become vouchers."""


def convert(draft: Draft, version: Version) -> None:
    """Every full threshold makes a voucher, by the version that priced the points just posted."""
    for conversion in version.conversions:
        if conversion.next_at is None:
            _make_all(draft, version, conversion)


def plan_conversions(draft: Draft) -> None:
    """Where points become vouchers on set dates, see to it that the next one is due."""
    for conversion in draft.version.conversions:
        if conversion.next_at is None:
            continue
        timer = f"{CONVERT}/{conversion.id}"
        full = draft.totals(conversion.unit).available >= conversion.threshold
        if full and timer not in draft.account.timers:
            draft.put("timers", timer, conversion.next_at(draft.time, draft.account))


def convert_on_date(draft: Draft, name: str) -> None:
    """The day of a conversion has come: by the version in force, if that still has it."""
    for conversion in draft.version.conversions:
        if conversion.id == name and conversion.next_at is not None:
            _make_all(draft, draft.version, conversion)


def _make_all(draft: Draft, version: Version, conversion: Conversion) -> None:
    full = draft.totals(conversion.unit).available // conversion.threshold
    for _ in range(min(full, 1) if conversion.mode == "reset" else full):
        _make(draft, version, conversion)
    if full and conversion.mode == "reset":
        expire(draft, [name for name, _ in in_order(draft, conversion.unit)], "reset")


def _make(draft: Draft, version: Version, conversion: Conversion) -> None:
    parts = draw(draft, conversion.unit, conversion.threshold, "redeemed")
    rule = f"conversion/{conversion.reward_id}"
    draft.post("points.converted", conversion.unit, legs_of(parts, "available", "redeemed"), rule)
    reward = version.rewards[conversion.reward_id]
    cost = conversion.threshold
    grant(draft, reward, rule, ground=rule, cost=cost, parts=parts)
    draft.fire(rule, {"threshold": cost})


def convert_used(draft: Draft, reward_id: str, many: int) -> None:
    """Vouchers that were used, and that history decided again did not make: they stay paid for.

    What lacks is owed, where debt is carried (semantics, section 9).
    """
    owed: Bucket = "debt" if draft.version.negative == "carry" else "issuer"
    for conversion in draft.version.conversions:
        if conversion.reward_id != reward_id:
            continue
        cost = conversion.threshold * many
        there = min(cost, draft.totals(conversion.unit).available)
        parts = draw(draft, conversion.unit, there, "redeemed")
        legs = legs_of(parts, "available", "redeemed")
        legs += (Leg(owed, "redeemed", cost - there),) if cost > there else ()
        draft.post("points.converted", conversion.unit, legs, f"conversion/{reward_id}")
        return


def undo_vouchers(version: Version) -> Callable[[Draft, str, int], list[str]] | None:
    """How a refund makes room when lots are short: unused vouchers go back, the newest first.

    Answers the lots that have points again.
    """
    rewards = {
        conversion.reward_id: conversion.unit
        for conversion in version.conversions
        if conversion.on_refund == "cancel_unused"
    }
    if not rewards:
        return None

    def make_room(draft: Draft, unit: str, short: int) -> list[str]:
        enough = draft.totals(unit).available + short
        returned: list[str] = []
        held = sorted(
            (item.valid_from, name)
            for name, item in draft.account.grants.items()
            if item.cost and item.quantity and rewards.get(item.reward_id) == unit
        )
        for _, name in reversed(held):
            if draft.totals(unit).available >= enough:
                break
            item = draft.account.grants[name]
            close(draft, name, "withdrawn", "refund")
            rule = f"conversion/{item.reward_id}"
            put_back(draft, "points.unconverted", unit, item.parts, "redeemed", rule)
            returned += [part.lot for part in item.parts]
        return returned

    return make_room
