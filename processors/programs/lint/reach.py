"""Figures that are out of reach: of units that are never earned, capped, or gone before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.programs.figures import ratio_of, scaled
from processors.programs.lint.spans import MOST, lives

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processors.programs.lint.problems import Place
    from processors.programs.model import Reward, Version

MUCH_MONEY = 1_000_000
"""Whole currency units; a price that takes as much, and is far above all others, is a slip."""
FAR_ABOVE = 20
PERIOD_DAYS = {"day": 1, "week": 7, "month": 28, "quarter": 90, "fiscal_quarter": 89}


def earned_in(version: Version) -> Iterator[str]:
    """Units that something in a version earns."""
    first = next(iter(version.units), "")
    for section in ("earning", "activities", "deliveries", "streaks", "allowances"):
        for item in getattr(version, section).values():
            yield item.unit or first
    yield from (p.unit or first for p in version.promotions.values() if p.add)
    yield from (reward.earns.unit for reward in version.rewards.values() if reward.earns)
    referral = version.referral
    for side in () if referral is None else (referral.friend, referral.referrer):
        if side is not None:
            yield side.unit
    if version.reviews is not None:
        yield version.reviews.unit
    if version.recognition is not None:
        yield version.recognition.earned


def asked(reward: Reward) -> Iterator[tuple[str, Place, str]]:
    """What must be held of which unit, and where that is said."""
    if reward.cost is not None and reward.unit is not None and scaled(reward.cost):
        cheapest = min([reward.cost, *(price.cost for price in reward.prices)], key=scaled)
        yield reward.unit, ("cost",), cheapest
    if reward.on_balance is not None:
        yield reward.on_balance.unit, ("on_balance", "reaches"), reward.on_balance.reaches


def out_of_reach(unit: str, figure: str, version: Version, earned: set[str]) -> str | None:
    """Why nobody ever has so many of a unit, or None."""
    if unit not in earned:
        return f"nothing in this program earns {unit}"
    for name, conversion in version.conversions.items():
        at_once = conversion.unit == unit and conversion.every is None
        if at_once and scaled(conversion.threshold) <= scaled(figure):
            return (
                f"{conversion.threshold} {unit} become {conversion.reward} by themselves"
                f" ({name}), so nobody ever has {figure}"
            )
    most = _most_held(version, unit)
    if most is not None and most < scaled(figure):
        return f"a member never has more than {most // 10**12} {unit}: caps and ends see to it"
    return _far_off(unit, figure, version)


def _most_held(version: Version, unit: str) -> int | None:
    """The most of a unit that capped rules give before it ends; None if nothing bounds it."""
    others = set(earned_in(version.model_copy(update={"earning": {}})))
    rules = [rule for rule in version.earning.values() if rule.unit == unit]
    if unit in others or not rules:
        return None
    ends = lives(version, unit)
    days = None
    if all(one.kind in {*MOST, "membership_year"} and not one.renewed_by for one in ends):
        days = max(MOST.get(one.kind, 366) * max(1, one.after) for one in ends)
    most = [
        min((held for cap in rule.caps if (held := _held(cap.per, cap.amount, days))), default=None)
        if all(cap.counts == "points" for cap in rule.caps)
        else None
        for rule in rules
    ]
    known = [one for one in most if one is not None]
    return sum(known) if len(known) == len(most) else None


def _held(per: str, amount: str, days: int | None) -> int | None:
    if per == "lifetime":
        return scaled(amount)
    if days is None or per in {"order", "currency_unit"}:
        return None
    return scaled(amount) * (days // PERIOD_DAYS.get(per, 365) + 2)


def _far_off(unit: str, cost: str, version: Version) -> str | None:
    """A price that would take a fortune, far above every other one of the unit."""
    rates = [
        (ratio_of(max([*rule.rate.by_tier.values(), rule.rate.points], key=scaled)), rule.rate.per)
        for rule in version.earning.values()
        if rule.unit == unit and rule.measure == "amount"
    ]
    if not rates:
        return None
    money = min(
        scaled(cost) * bottom // top * scaled(per) // 10**12 for (top, bottom), per in rates if top
    )
    others = [
        scaled(one.cost)
        for one in version.rewards.values()
        if one.unit == unit and one.cost is not None and one.cost != cost
    ]
    alone = not others or scaled(cost) > FAR_ABOVE * max(others)
    if money < MUCH_MONEY * 10**12 or not alone:
        return None
    return f"takes purchases of {money // 10**12}.00, far more than any other reward"
