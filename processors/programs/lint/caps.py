"""Caps that a narrower one, or the rule itself, always keeps from binding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.programs.figures import ratio_of
from processors.programs.lint.problems import Place, Problem, versions_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from processors.programs.model import Cap, Earning, ProgramFile, Version

DAYS = {
    "day": 1,
    "month": 31,
    "quarter": 92,
    "fiscal_quarter": 92,
    "year": 366,
    "fiscal_year": 366,
}
"""At most so many days in one."""
LEAST_DAYS = {"day": 1, "month": 28, "quarter": 90, "fiscal_quarter": 90, "year": 365}


def check(file: ProgramFile) -> Iterator[Problem]:
    """Caps of one rule, held against each other and against what the rule gives."""
    for place, version in versions_of(file):
        for name, rule in version.earning.items():
            here = (*place, "earning", name)
            yield from _wider(rule.caps, here)
            yield from _beyond_the_rule(rule, version, here)


def scaled(figure: str) -> int:
    """A figure as a whole number that orders like it."""
    top, bottom = ratio_of(figure)
    return top * 10**12 // bottom


def _wider(caps: Sequence[Cap], place: Place) -> Iterator[Problem]:
    for index, wide in enumerate(caps):
        for narrow in caps:
            times = _fits(wide, narrow)
            if times and scaled(wide.amount) >= times * scaled(narrow.amount):
                text = (
                    f"never binds: at most {narrow.amount} per {narrow.per}"
                    f" make no more than {wide.amount} per {wide.per}"
                )
                yield Problem("cap-never-binds", (*place, "caps", index), text)
                break


def _fits(wide: Cap, narrow: Cap) -> int:
    """How many of the narrow cap's periods the wide one's can touch; 0 if that is unbounded."""
    if wide is narrow or wide.counts != narrow.counts:
        return 0
    if wide.per == narrow.per:
        return 1 if scaled(wide.amount) > scaled(narrow.amount) else 0
    if wide.per in DAYS and narrow.per in DAYS and DAYS[wide.per] > DAYS[narrow.per]:
        least = LEAST_DAYS.get(narrow.per, 365)
        # A period may begin and end within two of the narrow ones, unless they nest: days do.
        return -(-DAYS[wide.per] // least) if narrow.per == "day" else DAYS[wide.per] // least + 1
    if wide.per == "order":
        return 1 if narrow.per in DAYS or narrow.per == "lifetime" else 0
    return 1 if narrow.per == "lifetime" and wide.per in DAYS else 0


def _beyond_the_rule(rule: Earning, version: Version, place: Place) -> Iterator[Problem]:
    for index, cap in enumerate(rule.caps):
        here = (*place, "caps", index)
        if cap.per == "order" and rule.measure == "brackets" and rule.brackets:
            most = max(scaled(points) for _, points in rule.brackets)
            if scaled(cap.amount) >= most:
                text = "never binds: no bracket gives more"
                yield Problem("cap-never-binds", here, text)
        if cap.per == "currency_unit" and not version.promotions:
            rates = [*rule.rate.by_tier.values(), rule.rate.points]
            top, bottom = ratio_of(rule.rate.per)
            most = max(scaled(rate) for rate in rates) * bottom // top
            if scaled(cap.amount) >= most:
                text = "never binds: no tier earns more, and there are no promotions"
                yield Problem("cap-never-binds", here, text)
