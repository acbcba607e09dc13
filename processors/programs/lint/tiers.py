"""Ladders: thresholds that rise, and no figure without a tier."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from processors.programs.figures import ratio_of, scaled
from processors.programs.lint.problems import Place, Problem, listed, versions_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processors.programs.model import Ladder, ProgramFile, Rung, Version

CURRENCY = re.compile("[A-Z]{3}")


def check(file: ProgramFile) -> Iterator[Problem]:
    """Gaps, overlaps, order, and windows without their length."""
    for place, version in versions_of(file):
        for name, ladder in version.ladders.items():
            here = (*place, "ladders", name)
            yield from _lengths(ladder, here)
            yield from _parts(ladder, version, here)
            yield from _gaps(ladder, here)
            together = ladder.needs == "all" and len(ladder.counted) > 1
            yield from _steps(ladder, here) if together else _order(ladder, here)
            yield from _attributes(ladder, here)
            yield from _without_figure(ladder, here)


def _parts(ladder: Ladder, version: Version, place: Place) -> Iterator[Problem]:
    """Figures by currency, or by what is counted: of something that is booked, or counted."""
    several = len(ladder.counted) > 1
    for tier, rung in ladder.tiers.items():
        for part in figures_of(rung):
            text = _strange(part, ladder, version)
            if part != "*" and text:
                yield Problem("name-unknown", (*place, "tiers", tier, "at", part), text)
        if several and isinstance(rung.at, str) and scaled(rung.at):
            text = f"is of which figure? Write {{{ladder.counted[0]}: …}}, and what else carries it"
            yield Problem("tier-gap", (*place, "tiers", tier, "at"), text)
    if several:
        named = {part for rung in ladder.tiers.values() for part in figures_of(rung)}
        for index, what in enumerate(ladder.counted):
            if what in ladder.counted[:index]:
                yield Problem("tier-overlap", (*place, "counts", index), "is named twice")
            elif what not in named:
                text = "is counted, and no tier has a figure of it (`at`)"
                yield Problem("tier-gap", (*place, "counts", index), text)


def _strange(part: str, ladder: Ladder, version: Version) -> str:
    """What is wrong with the name of a figure."""
    if len(ladder.counted) > 1:
        return "" if part in ladder.counted else f"is not counted; {listed(ladder.counted)} are"
    if not CURRENCY.fullmatch(part):
        return f"is no currency, and the ladder counts {ladder.counted[0]} alone (`counts`)"
    booked = version.currencies
    return "" if not booked or part in booked else f"is not booked; booked are {listed(booked)}"


def _attributes(ladder: Ladder, place: Place) -> Iterator[Problem]:
    """Two tiers that one attribute gives: only the higher one is ever held by it."""
    seen: dict[str, str] = {}
    for tier, rung in ladder.tiers.items():
        for name, value in rung.attribute.items():
            twin = seen.setdefault(f"{name}={value}", tier)
            if twin != tier:
                text = f"also gives {twin}; give each tier its own"
                yield Problem("tier-overlap", (*place, "tiers", tier, "attribute"), text)


def figures_of(rung: Rung) -> dict[str, tuple[int, int]]:
    """Thresholds by currency, or by what is counted; `*` stands for all of them."""
    figures = rung.at if isinstance(rung.at, dict) else {"*": rung.at}
    return {currency: ratio_of(figure) for currency, figure in figures.items()}


def _without_figure(ladder: Ladder, place: Place) -> Iterator[Problem]:
    for rank, (tier, rung) in enumerate(ladder.tiers.items()):
        if rank and not rung.counted and not rung.attribute:
            text = "has no figure (`at`) and no `attribute`, so nobody ever holds it"
            yield Problem("tier-gap", (*place, "tiers", tier), text)


def _lengths(ladder: Ladder, place: Place) -> Iterator[Problem]:
    rolling = (ladder.rolling_days is None) != (ladder.rolling_months is None)
    if ladder.window == "rolling" and not rolling:
        text = "needs either `rolling_days` or `rolling_months`"
        yield Problem("window-missing", (*place, "window"), text)
    endless = ladder.held in {"window", "next_window"} and ladder.hold_days is None
    if ladder.window == "rolling" and endless:
        key = "held" if "held" in ladder.model_fields_set else "window"
        text = "a rolling window has no end to hold a tier until; say `held: months`, or another"
        yield Problem("window-missing", (*place, key), text)
    if ladder.window == "personal" and ladder.personal_months is None:
        yield Problem("window-missing", (*place, "window"), "needs `personal_months`")
    if ladder.held == "months" and ladder.hold_months is None:
        yield Problem("window-missing", (*place, "held"), "needs `hold_months`")


def _gaps(ladder: Ladder, place: Place) -> Iterator[Problem]:
    lowest, *above = ladder.tiers.items()
    if any(top for top, _ in figures_of(lowest[1]).values()):
        text = "must be 0: the lowest tier is what everybody holds"
        yield Problem("tier-gap", (*place, "tiers", lowest[0], "at"), text)
    currencies = {currency for _, rung in above for currency in figures_of(rung)}
    for name, rung in above:
        missing = sorted(currencies - figures_of(rung).keys())
        if len(ladder.counted) == 1 and missing and rung.counted and not rung.attribute:
            text = f"has no figure for {', '.join(missing)}, and other tiers do"
            yield Problem("tier-gap", (*place, "tiers", name, "at"), text)


def _order(ladder: Ladder, place: Place) -> Iterator[Problem]:
    """Two figures that stand in the wrong order are both named: either may be the slip."""
    below: dict[str, tuple[str, int]] = {}
    for rank, (tier, rung) in enumerate(ladder.tiers.items()):
        if rank and not rung.counted:
            continue
        for currency, (top, bottom) in figures_of(rung).items():
            value = top * 10**12 // bottom
            lower, last = below.get(currency, ("", -1))
            at = ("at",) if currency == "*" else ("at", currency)
            if value == last:
                text = f"is also that of {lower} below it; give each its own figure"
                yield Problem("tier-overlap", (*place, "tiers", tier, *at), text)
            elif value < last:
                text = f"must be more than that of {lower}, the tier before it"
                yield Problem("tier-order", (*place, "tiers", tier, *at), text)
                text = f"must be less than that of {tier}, the tier after it"
                yield Problem("tier-order", (*place, "tiers", lower, *at), text)
            below[currency] = (tier, value)


def _steps(ladder: Ladder, place: Place) -> Iterator[Problem]:
    """Where all figures are needed, none of them may fall, and one must rise."""
    held = dict.fromkeys(ladder.counted, 0)
    for rank, (tier, rung) in enumerate(ladder.tiers.items()):
        needed = {what: scaled(at) for what, at in _by_part(rung).items()}
        if not rank or not rung.counted:
            continue
        fallen = [what for what, least in held.items() if needed.get(what, 0) < least]
        for what in fallen:
            text = f"asks for less {what} than the tier before it, where all figures are needed"
            yield Problem("tier-order", (*place, "tiers", tier, "at", what), text)
        if not fallen and all(needed.get(what, 0) == least for what, least in held.items()):
            text = "needs the same as the tier below it; give each its own figures"
            yield Problem("tier-overlap", (*place, "tiers", tier, "at"), text)
        held |= needed


def _by_part(rung: Rung) -> dict[str, str]:
    return dict(rung.at) if isinstance(rung.at, dict) else {}
