"""Rewards that nobody can have, and units that are never earned or never spent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.programs.figures import scaled
from processors.programs.lint.problems import Place, Problem, versions_of
from processors.programs.lint.reach import asked, earned_in, out_of_reach
from processors.programs.lint.spans import lives
from processors.programs.lint.versions import span_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from processors.programs.model import Expiry, ProgramFile, Reward, Version

GRANTED_BY = (
    "on_entry_of",
    "top_up",
    "on_balance",
    "on_activity",
    "on_orders",
    "on_score",
    "on_birthday",
    "on_enrolment",
    "on_weekday",
    "every",
)


def check(file: ProgramFile) -> Iterator[Problem]:
    """Prices against what can be held; units against their sources and their uses."""
    earned = {unit for version in file.versions.values() for unit in earned_in(version)}
    spent = {unit for version in file.versions.values() for unit in _spent(version)}
    seen: set[str] = set()
    for place, version in versions_of(file):
        for name, reward in version.rewards.items():
            here = (*place, "rewards", name)
            for unit, key, figure in asked(reward):
                reason = out_of_reach(unit, figure, version, earned)
                if reason is not None:
                    yield Problem("reward-unaffordable", (*here, *key), reason)
        yield from _conversions(version, place)
        for name, terms in version.units.items():
            here = (*place, "units", name)
            if name not in seen and name not in earned:
                yield Problem("unit-never-earned", here, "nothing in this program earns it")
            if name not in seen and terms.spendable and name not in spent:
                text = "nothing is to be had for it; say `spendable: false` if it only counts"
                yield Problem("unit-never-spent", here, text)
            if not terms.spendable and name in set(_priced(version)):
                text = "is a counter, and a reward costs it; say `spendable: true`, or leave it out"
                yield Problem("unit-never-spent", (*here, "spendable"), text)
            seen.add(name)


def forms(file: ProgramFile) -> Iterator[Problem]:
    """Rewards that say too little or too much about how they are had."""
    for place, version in versions_of(file):
        for name, reward in version.rewards.items():
            here = (*place, "rewards", name)
            grants = [key for key in GRANTED_BY if getattr(reward, key)]
            if reward.cost is not None and grants:
                text = f"has a `cost` and is granted (`{grants[0]}`); make it two rewards"
                yield Problem("reward-form", (*here, grants[0]), text)
            if reward.stock is not None and reward.cost is None:
                text = "works with a `cost`: what is granted is not asked for"
                yield Problem("reward-form", (*here, "stock"), text)
            if reward.cost is not None and scaled(reward.cost) and reward.unit is None:
                yield Problem("reward-form", (*here, "cost"), "needs `unit`: what it costs")
        yield from _with_price(version, place)


def _with_price(version: Version, place: Place) -> Iterator[Problem]:
    """What is granted, and has a price all the same."""
    given: list[tuple[Place, str | None]] = []
    given += [(("conversions", n, "reward"), one.reward) for n, one in version.conversions.items()]
    given += [(("activities", n, "reward"), one.reward) for n, one in version.activities.items()]
    given += [(("rewards", n, "grants"), one.grants) for n, one in version.rewards.items()]
    for where, name in given:
        reward = version.rewards.get(name or "")
        if reward is not None and reward.cost is not None:
            text = f"{name} has a `cost`, so it is asked for, not granted; make it two rewards"
            yield Problem("reward-form", (*place, *where), text)


def never_open(file: ProgramFile) -> Iterator[Problem]:
    """Granted rewards that nothing grants, and choices of one."""
    used = {name for version in file.versions.values() for name in _grants(version)}
    for place, version in versions_of(file):
        groups = [one.choice_group for one in version.rewards.values() if one.choice_group]
        for name, reward in version.rewards.items():
            here = (*place, "rewards", name)
            granted = any(getattr(reward, key) for key in GRANTED_BY) or name in used
            if reward.cost is None and not granted:
                text = "has no `cost`, and nothing grants it (`on_…`, a conversion, an activity)"
                yield Problem("reward-never-open", here, text)
            if reward.choice_group is not None and groups.count(reward.choice_group) == 1:
                text = "is the only one of its group, so there is nothing to choose from"
                yield Problem("choice-of-one", (*here, "choice_group"), text)
            for key in ("tiers", "on_entry_of"):
                if getattr(reward, key) == ():
                    text = "is an empty list, so nobody ever has it"
                    yield Problem("reward-never-open", (*here, key), text)
            yield from _lowest(reward, version, here)
            yield from _outside(reward, span_of(file, version), here)


def _outside(reward: Reward, span: tuple[date, date], place: Place) -> Iterator[Problem]:
    """Windows of a reward beside the time in which its version is in force."""
    if reward.ends is not None and reward.ends <= span[0]:
        text = f"lies before its version, which is in force from {span[0]}: it is never open"
        yield Problem("reward-never-open", (*place, "ends"), text)
    if reward.starts is not None and reward.starts >= span[1]:
        text = f"lies after its version, which is in force until {span[1]}: it is never open"
        yield Problem("reward-never-open", (*place, "starts"), text)


def _lowest(reward: Reward, version: Version, place: Place) -> Iterator[Problem]:
    """Everybody is on the lowest tier already: nobody enters it."""
    ladder = version.ladders.get(reward.ladder or next(iter(version.ladders), ""))
    lowest = next(iter(ladder.tiers)) if ladder is not None else None
    for index, tier in enumerate(reward.on_entry_of or ()):
        if tier == lowest:
            text = "is the lowest tier: everybody has it from the beginning, nobody enters it"
            yield Problem("reward-never-open", (*place, "on_entry_of", index), text)


def _grants(version: Version) -> Iterator[str]:
    """Rewards that something else of the version grants."""
    yield from (conversion.reward for conversion in version.conversions.values())
    yield from (rule.reward for rule in version.activities.values() if rule.reward)
    yield from (reward.grants for reward in version.rewards.values() if reward.grants)


def _conversions(version: Version, place: Place) -> Iterator[Problem]:
    taken: dict[str, str] = {}
    for name, conversion in version.conversions.items():
        first = taken.setdefault(conversion.unit, name)
        if first != name:
            text = f"converts the same points as {first}, which comes first"
            yield Problem("rule-shadowed", (*place, "conversions", name), text)
        ends = [_ends_with(one) for one in lives(version, conversion.unit)]
        if conversion.every is not None and set(ends) == {conversion.every}:
            text = f"{conversion.unit} end with the {conversion.every} they come in: before it"
            yield Problem("reward-never-open", (*place, "conversions", name, "every"), text)


def _ends_with(expiry: Expiry) -> str | None:
    """The period with which points end in which they come, if they do."""
    if expiry.kind == "membership_year" and expiry.after <= 1:
        return expiry.kind
    first = expiry.after == 1 and (expiry.day, expiry.month) == (1, 1)
    return expiry.kind.removesuffix("_start") if first else None


def _priced(version: Version) -> Iterator[str]:
    yield from version.redemption.by_amount
    yield from (r.unit for r in version.rewards.values() if r.unit is not None and r.cost)


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
