"""Caps that a narrower one, or the rule itself, always keeps from binding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.programs.figures import ratio_of, scaled
from processors.programs.lint.problems import Place, Problem, listed, versions_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from processors.programs.model import Cap, Earning, ProgramFile, Version

MOST_DAYS = {
    "day": 1,
    "week": 7,
    "month": 31,
    "quarter": 92,
    "fiscal_quarter": 92,
    "year": 366,
    "fiscal_year": 366,
    "membership_year": 366,
}
"""At most so many days in one."""
LEAST_DAYS = {"day": 1, "week": 7, "month": 28, "quarter": 90, "fiscal_quarter": 89, "year": 365}
NESTED = {
    ("month", "quarter"): 3,
    ("month", "fiscal_quarter"): 3,
    ("month", "year"): 12,
    ("month", "fiscal_year"): 12,
    ("quarter", "year"): 4,
    ("fiscal_quarter", "fiscal_year"): 4,
}
"""Periods that begin and end together; all others may be cut at both ends."""


def check(file: ProgramFile) -> Iterator[Problem]:
    """Caps held against each other, and against what the rules give."""
    for place, version in versions_of(file):
        for section in ("earning", "activities"):
            for name, rule in getattr(version, section).items():
                yield from _wider(rule.caps, (*place, section, name, "caps"))
        for name, rule in version.earning.items():
            yield from _beyond_the_rule(rule, version, (*place, "earning", name))
        for name, activity in version.activities.items():
            for index, cap in enumerate(activity.caps if activity.once else ()):
                if cap.counts == "awards":
                    text = "never binds: the activity earns once in a life (`once`)"
                    yield Problem(
                        "cap-never-binds", (*place, "activities", name, "caps", index), text
                    )
        for name in version.caps:
            yield from _shared(name, version, (*place, "caps", name))
        yield from _choices(version, place)


def _choices(version: Version, place: Place) -> Iterator[Problem]:
    """Limits and quotas that are as large as what there is."""
    open_to = [name for name, one in version.promotions.items() if one.opt_in]
    if version.opt_ins is not None and open_to and version.opt_ins >= len(open_to):
        text = f"never binds: there are {len(open_to)} promotions to opt in to"
        yield Problem("cap-never-binds", (*place, "opt_ins"), text)
    for name, promotion in version.promotions.items():
        here = (*place, "promotions", name)
        if promotion.limit is not None and promotion.limit.per == "order":
            text = "never binds: an order meets a promotion once"
            yield Problem("cap-never-binds", (*here, "limit", "per"), text)
        days = promotion.chosen_days
        if days is not None and days.times >= MOST_DAYS[days.per]:
            text = f"never binds: a {days.per} has no more days"
            yield Problem("cap-never-binds", (*here, "chosen_days", "times"), text)


def _wider(caps: Sequence[Cap], place: Place) -> Iterator[Problem]:
    for index, wide in enumerate(caps):
        for other, narrow in enumerate(caps):
            times = 0 if index == other else _fits(wide, narrow)
            if wide.per == narrow.per and wide.amount == narrow.amount and other > index:
                continue  # of two that agree, the second one is too much
            if times and scaled(wide.amount) >= times * scaled(narrow.amount):
                text = (
                    f"never binds: at most {narrow.amount} per {narrow.per}"
                    f" make no more than {wide.amount} per {wide.per}; leave one of them out"
                )
                yield Problem("cap-never-binds", (*place, index), text)
                break


def _fits(wide: Cap, narrow: Cap) -> int:
    """How many of the narrow cap's periods the wide one's can touch; 0 if that is unbounded."""
    if wide.counts != narrow.counts or "currency_unit" in {wide.per, narrow.per}:
        return 0
    if wide.per == narrow.per:
        return 1
    if wide.per in MOST_DAYS and narrow.per in MOST_DAYS:
        return _touched(wide.per, narrow.per)
    if narrow.per == "lifetime":
        return 1
    return int(wide.per == "order" and narrow.per in MOST_DAYS)


def _touched(wide: str, narrow: str) -> int:
    """How many of one period lie, in whole or in part, in another one."""
    if (narrow, wide) in NESTED or narrow == "day":
        return NESTED.get((narrow, wide), MOST_DAYS[wide])
    if MOST_DAYS[narrow] >= MOST_DAYS[wide]:
        # A day's or a month's points are among those of its year.
        return int((wide, narrow) in NESTED or wide == "day")
    return MOST_DAYS[wide] // LEAST_DAYS.get(narrow, 365) + 2


def _beyond_the_rule(rule: Earning, version: Version, place: Place) -> Iterator[Problem]:
    for index, cap in enumerate(rule.caps):
        here = (*place, "caps", index)
        most = _most_of(rule, version)
        points = cap.per == "order" and cap.counts == "points"
        if points and most is not None and scaled(cap.amount) >= most:
            yield Problem("cap-never-binds", here, "never binds: no order gives more")
        if cap.per == "order" and cap.counts == "awards":
            text = "never binds: an order gives one award of a rule"
            yield Problem("cap-never-binds", here, text)
        if cap.per == "currency_unit":
            top, bottom = ratio_of(rule.rate.per)
            if scaled(cap.amount) >= _best_rate(rule, version) * bottom // top:
                text = "never binds: no tier and no promotion earns more"
                yield Problem("cap-never-binds", here, text)


def _most_of(rule: Earning, version: Version) -> int | None:
    """The most that one order earns by a rule; None if that depends on its amount."""
    if rule.measure == "brackets":
        rates = [scaled(points) for _, points in rule.brackets] or [0]
        return max(rates) if not version.promotions else None
    return _best_rate(rule, version) if rule.measure == "visit" else None


def _best_rate(rule: Earning, version: Version) -> int:
    """No order earns at a higher rate than this, whatever promotions meet."""
    rates = [scaled(rate) for rate in (*rule.rate.by_tier.values(), rule.rate.points)]
    best = max(rates)
    for promotion in version.promotions.values():
        times = (promotion.multiply or "1", *promotion.multiply_by_tier.values())
        best = best * max(scaled(one) for one in times) // scaled("1")
    instead = [scaled(one.rate) for one in version.promotions.values() if one.rate is not None]
    return max([best, *instead])


def _shared(name: str, version: Version, place: Place) -> Iterator[Problem]:
    cap = version.caps[name]
    if not cap.rules:
        yield Problem("cap-never-binds", (*place, "rules"), "is an empty list: it caps nothing")
        return
    if cap.per == "currency_unit":
        text = "is for the caps of one rule; a shared cap counts in a period"
        yield Problem("cap-never-binds", (*place, "per"), text)
        return
    units = {_unit_of(rule, version) for rule in cap.rules}
    if len(units) > 1 and cap.counts == "points":
        text = f"counts {listed(sorted(units))} together; give each unit a cap of its own"
        yield Problem("cap-mixed", (*place, "rules"), text)
    most = [_most_ever(rule, version) for rule in cap.rules]
    known = [one for one in most if one is not None]
    if cap.counts == "points" and len(known) == len(most) and scaled(cap.amount) >= sum(known):
        text = "never binds: all of its rules together never give more"
        yield Problem("cap-never-binds", (*place, "amount"), text)
    for rule in cap.rules:
        own: Mapping[str, Earning] = version.earning
        for index, one in enumerate(own[rule].caps if rule in own else ()):
            times = _fits(one, cap)
            if times and scaled(one.amount) >= times * scaled(cap.amount):
                here = (*place[:2], "earning", rule, "caps", index)
                text = f"never binds: the shared cap {name} is no wider"
                yield Problem("cap-never-binds", here, text)


def _unit_of(rule: str, version: Version) -> str:
    first = next(iter(version.units), "")
    for section in ("earning", "activities", "deliveries", "streaks", "promotions"):
        found = getattr(version, section).get(rule)
        if found is not None:
            return str(found.unit or first)
    return first


def _most_ever(rule: str, version: Version) -> int | None:
    """The most that a rule ever gives one member; None if there is no end to it."""
    promotion, activity = version.promotions.get(rule), version.activities.get(rule)
    if promotion is not None and promotion.target is not None and promotion.add is not None:
        return scaled(promotion.add)
    if activity is not None and activity.once and activity.each == "event":
        return scaled(activity.points)
    return None
