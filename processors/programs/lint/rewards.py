"""Rewards that nobody can afford, and units that are never earned or never spent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.programs.lint.caps import scaled
from processors.programs.lint.problems import Place, Problem, listed, versions_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processors.programs.model import ProgramFile, Reward, Version


def check(file: ProgramFile) -> Iterator[Problem]:
    """Prices against what can be held; units against their sources and their uses."""
    earned = {unit for version in file.versions.values() for unit in _earned(version)}
    spent = {unit for version in file.versions.values() for unit in _spent(version)}
    seen: set[str] = set()
    for place, version in versions_of(file):
        for name, reward in version.rewards.items():
            reason = _out_of_reach(reward, version, earned)
            if reason is not None:
                yield Problem("reward-unaffordable", (*place, "rewards", name, "cost"), reason)
            booked = version.currencies
            if reward.currency is not None and booked and reward.currency not in booked:
                text = f"is not booked; booked are {listed(booked)}"
                yield Problem("name-unknown", (*place, "rewards", name, "currency"), text)
        for name, unit in version.units.items():
            here: Place = (*place, "units", name)
            if name not in seen and name not in earned:
                yield Problem("unit-never-earned", here, "nothing in this program earns it")
            if name not in seen and unit.spendable and name not in spent:
                text = "nothing is to be had for it; say `spendable: false` if it only counts"
                yield Problem("unit-never-spent", here, text)
            seen.add(name)


def _earned(version: Version) -> Iterator[str]:
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


def _spent(version: Version) -> Iterator[str]:
    yield from version.redemption.by_amount
    for reward in version.rewards.values():
        if reward.unit is not None:
            yield reward.unit
        if reward.on_balance is not None:
            yield reward.on_balance.unit
    for conversion in version.conversions.values():
        yield conversion.unit
    if version.recognition is not None:
        yield version.recognition.giving


def _out_of_reach(reward: Reward, version: Version, earned: set[str]) -> str | None:
    if reward.cost is None or reward.unit is None or not scaled(reward.cost):
        return None
    if reward.unit not in earned:
        return f"nothing in this program earns {reward.unit}"
    cheapest = min([reward.cost, *(price.cost for price in reward.prices)], key=scaled)
    for name, conversion in version.conversions.items():
        if conversion.unit == reward.unit and scaled(conversion.threshold) <= scaled(cheapest):
            return (
                f"{conversion.threshold} {reward.unit} become {conversion.reward} by themselves"
                f" ({name}), so nobody ever has {cheapest}"
            )
    rules = [rule for rule in version.earning.values() if rule.unit == reward.unit]
    caps = [
        cap
        for rule in rules
        for cap in rule.caps
        if cap.per == "lifetime" and cap.counts == "points"
    ]
    others = set(_earned(version.model_copy(update={"earning": {}})))
    alone = len(caps) == len(rules) == 1 and reward.unit not in others
    if alone and scaled(caps[0].amount) < scaled(cheapest):
        return f"a member earns at most {caps[0].amount}"
    return None
