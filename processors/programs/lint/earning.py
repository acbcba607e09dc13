"""Earning rules that cannot earn, or earn twice."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from processors.programs.figures import ratio_of, scaled
from processors.programs.lint.problems import Place, Problem, listed, versions_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processors.programs.model import Earning, ProgramFile, Version, When


def check(file: ProgramFile) -> Iterator[Problem]:
    """Rules whose conditions exclude each other, and rules that say the same."""
    for place, version in versions_of(file):
        for name, rule in version.earning.items():
            here = (*place, "earning", name)
            yield from _nothing_left(rule, here)
            yield from _excluded(rule.when, (*here, "when"))
        for name, promotion in version.promotions.items():
            yield from _excluded(promotion.when, (*place, "promotions", name, "when"))
        yield from _doubled(version, place)
        yield from _overlapping(version, place)


def _never(place: Place, text: str) -> Problem:
    return Problem("rule-unreachable", place, text)


def _nothing_left(rule: Earning, place: Place) -> Iterator[Problem]:
    basis, tenders = rule.basis, rule.tenders
    barred = set(basis.except_categories)
    if not basis.kinds:
        yield _never((*place, "basis", "kinds"), "names no kind of line, so nothing earns")
    for key in ("categories", "product_classes", "skus"):
        if getattr(basis, key) == ():
            yield _never((*place, "basis", key), "is an empty list: no line is of these")
    if basis.categories and set(basis.categories) <= barred:
        text = "are all excluded by `except_categories`, so nothing earns"
        yield _never((*place, "basis", "categories"), text)
    if tenders.only is not None and set(tenders.only) <= set(tenders.never):
        yield _never((*place, "tenders", "only"), "never earn (`never`), so nothing earns")
    if rule.measure != "brackets" and not _rates(rule):
        key = "by_tier" if rule.rate.by_tier else "points"
        yield _never((*place, "rate", key), "gives 0 points to everybody")
    if rule.measure == "brackets" and not rule.brackets:
        yield _never((*place, "brackets"), "are missing, so nothing earns")
    yield from _brackets(rule, place)


def _rates(rule: Earning) -> bool:
    """True if any tier earns something."""
    rates = rule.rate.by_tier.values() or (rule.rate.points,)
    return any(ratio_of(rate)[0] > 0 for rate in rates)


def _brackets(rule: Earning, place: Place) -> Iterator[Problem]:
    ordered = sorted(rule.brackets, key=lambda step: scaled(step[0]))
    for below, step in pairwise(ordered):
        if scaled(step[1]) <= scaled(below[1]):
            text = f"the bracket from {step[0]} gives no more than the one from {below[0]}"
            index = rule.brackets.index(step)
            yield Problem("rule-shadowed", (*place, "brackets", index), text)


def _excluded(when: When, place: Place) -> Iterator[Problem]:
    for key, value in when.member.items():
        if when.member_not.get(key) == value:
            yield _never((*place, "member_not", key), f"excludes what `member` asks of {key}")
    if when.plan is not None and when.plan == when.without_plan:
        yield _never((*place, "without_plan"), "excludes the plan that `plan` asks for")
    for index, barred in enumerate(when.none_of):
        said = barred.model_dump(exclude_unset=True)
        if said and said.items() <= when.model_dump(exclude_unset=True).items():
            yield _never((*place, "none_of", index), "excludes what the condition itself asks for")
    for part in ("channels", "tiers"):
        if getattr(when, part) == ():
            yield _never((*place, part), "is an empty list: no order has one of these")


def _doubled(version: Version, place: Place) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for name, rule in version.earning.items():
        reach = rule.model_dump_json(include={"unit", "measure", "basis", "tenders", "when"})
        twin = seen.setdefault(reach, name)
        if twin != name:
            text = f"earns on the same as {twin}: every such order earns by both"
            yield Problem("rule-shadowed", (*place, "earning", name), text)
    seen.clear()
    for name, activity in version.activities.items():
        twin = seen.setdefault(activity.model_dump_json(include={"activity", "unit", "when"}), name)
        if twin != name and activity.points != "0":
            text = f"earns for the same activity as {twin}: each such event earns by both"
            yield Problem("rule-shadowed", (*place, "activities", name), text)


def _overlapping(version: Version, place: Place) -> Iterator[Problem]:
    """Rules that divide the lines among them, and both take some."""
    rules = list(version.earning.items())
    for number, (name, rule) in enumerate(rules):
        for other, before in rules[:number]:
            same = {"unit", "measure", "tenders", "when"}
            if rule.model_dump(include=same) != before.model_dump(include=same):
                continue
            for key in ("categories", "product_classes", "skus"):
                both = _shared(rule, before, key)
                if both:
                    text = f"earns on {listed(sorted(both))}, and so does {other}: twice for one"
                    yield Problem("rule-shadowed", (*place, "earning", name, "basis"), text)


def _shared(rule: Earning, other: Earning, key: str) -> set[str]:
    """What both lists name; or what one names, and the other should leave out with its like."""
    mine, theirs = getattr(rule.basis, key), getattr(other.basis, key)
    if mine is not None and theirs is not None:
        return set(mine) & set(theirs)
    named, rest = (mine, other) if theirs is None else (theirs, rule)
    barred = set(rest.basis.except_categories)
    return set(named) - barred if key == "categories" and named and barred else set()
