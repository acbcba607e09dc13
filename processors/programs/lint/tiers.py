"""Ladders: thresholds that rise, and no figure without a tier."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.programs.figures import ratio_of
from processors.programs.lint.problems import Place, Problem, listed, versions_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processors.programs.model import Ladder, ProgramFile, Rung


def check(file: ProgramFile) -> Iterator[Problem]:
    """Gaps, overlaps, order, and windows without their length."""
    for place, version in versions_of(file):
        for name, ladder in version.ladders.items():
            here = (*place, "ladders", name)
            yield from _lengths(ladder, here)
            yield from _gaps(ladder, here)
            yield from _order(ladder, here)
            yield from _attributes(ladder, here)
            yield from _without_figure(ladder, here)
            for tier, rung in ladder.tiers.items():
                for currency in figures_of(rung):
                    if currency not in {"*", *(version.currencies or (currency,))}:
                        text = f"is not booked; booked are {listed(version.currencies or ())}"
                        place_of = (*here, "tiers", tier, "at", currency)
                        yield Problem("name-unknown", place_of, text)


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
    """Thresholds by currency; `*` stands for every currency."""
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
        if missing and rung.counted and not rung.attribute:
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
            if value == last:
                text = f"is also that of {lower} below it; give each its own figure"
                yield Problem("tier-overlap", (*place, "tiers", tier, "at"), text)
            elif value < last:
                text = f"must be more than that of {lower}, the tier before it"
                yield Problem("tier-order", (*place, "tiers", tier, "at"), text)
                text = f"must be less than that of {tier}, the tier after it"
                yield Problem("tier-order", (*place, "tiers", lower, "at"), text)
            below[currency] = (tier, value)
