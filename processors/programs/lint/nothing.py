"""What gives nothing to anybody: sides, reviews, activities, brackets, roles, caps and ceilings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.programs.figures import scaled
from processors.programs.lint.problems import Place, Problem, listed, versions_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processors.programs.model import ProgramFile, Side, Version


def check(file: ProgramFile) -> Iterator[Problem]:
    """Each part of each version that is there for nothing."""
    for place, version in versions_of(file):
        yield from _referral(version, place)
        yield from _earning(version, place)
        yield from _recognition(version, place)
        yield from _redemption(version, place)
        for name, cap in version.caps.items():
            for index, rule in enumerate(cap.rules):
                promotion = version.promotions.get(rule)
                if promotion is not None and promotion.add is None:
                    text = f"gives no points of its own: cap the rules that {rule} multiplies"
                    yield Problem("cap-never-binds", (*place, "caps", name, "rules", index), text)


def _never(place: Place, text: str) -> Problem:
    return Problem("rule-unreachable", place, text)


def _referral(version: Version, place: Place) -> Iterator[Problem]:
    referral = version.referral
    if referral is None:
        return
    sides = {"friend": referral.friend, "referrer": referral.referrer}
    if not any(sides.values()):
        text = "has neither `friend` nor `referrer`, so nobody gets anything"
        yield _never((*place, "referral"), text)
    for name, side in sides.items():
        if side is not None and not _gives(side):
            yield _never((*place, "referral", name, "points"), "gives 0 points to everybody")


def _gives(side: Side) -> bool:
    return any(scaled(one) for one in (side.points, *side.by_plan.values(), *side.by_tier.values()))


def _earning(version: Version, place: Place) -> Iterator[Problem]:
    for name, rule in version.earning.items():
        if rule.brackets and not any(scaled(points) for _, points in rule.brackets):
            yield _never((*place, "earning", name, "brackets"), "give 0 points from any amount on")
    for name, activity in version.activities.items():
        if not scaled(activity.points) and activity.reward is None:
            text = "earns neither `points` nor a `reward`; to count an activity needs no rule"
            yield _never((*place, "activities", name), text)
    reviews = version.reviews
    if reviews is not None and not scaled(reviews.points) and not scaled(reviews.photo or "0"):
        yield _never((*place, "reviews", "points"), "gives 0 points for every review")


def _recognition(version: Version, place: Place) -> Iterator[Problem]:
    rules = version.recognition
    for key in ("givers", "receivers") if rules is not None else ():
        roles = getattr(rules, key)
        if rules is not None and rules.role_attribute is None and rules.default_role not in roles:
            text = (
                f"are {listed(roles)}, and everybody is {rules.default_role}:"
                " say which attribute holds the role (`role_attribute`)"
            )
            yield _never((*place, "recognition", key), text)


def _redemption(version: Version, place: Place) -> Iterator[Problem]:
    spending = version.redemption
    here, step = (*place, "redemption"), scaled(spending.increment)
    if scaled(spending.minimum) % step:
        text = f"is no multiple of the `increment` {spending.increment}: it can never be asked for"
        yield Problem("key-idle", (*here, "minimum"), text)
    ceiling = spending.ceiling
    if ceiling is not None and not scaled(ceiling.points):
        text = "lets nobody spend anything by amount"
        yield _never((*here, "ceiling", "points"), text)
    if spending.point_value is not None and not scaled(spending.point_value):
        yield Problem("key-idle", (*here, "point_value"), "is 0: points are worth nothing")
    if spending.remain_payable is not None and spending.point_value is None:
        text = "works with `point_value`: what a point takes off the price"
        yield Problem("key-idle", (*here, "remain_payable"), text)
