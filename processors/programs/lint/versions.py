"""Versions: one day each, in order, with nothing cut off between them."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

from processors.programs.changes import changes
from processors.programs.figures import scaled
from processors.programs.lint.problems import Place, Problem, versions_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processors.programs.model import ProgramFile, Version

LAST_DAY = date.max


def check(file: ProgramFile) -> Iterator[Problem]:
    """Overlaps, order, and windows that a later version does not go on with."""
    seen: dict[date, str] = {}
    latest = date.min
    for name, version in file.versions.items():
        place: Place = ("versions", name, "effective_from")
        twin = seen.setdefault(version.effective_from, name)
        if twin != name:
            text = f"is also that of {twin}; give each its own date"
            yield Problem("version-overlap", place, text)
        elif version.effective_from < latest:
            text = "lies before that of the version above it; put the versions in order of date"
            yield Problem("version-order", place, text)
        latest = max(latest, version.effective_from)
    yield from _same(file)
    first, version = min(file.versions.items(), key=lambda item: item[1].effective_from)
    if version.retroactive:
        text = "prices earlier grants again, and no version is earlier than this one"
        yield Problem("key-idle", ("versions", first, "retroactive"), text)
    for place, version in versions_of(file):
        yield from _cut_off(file, place, version)
        yield from _prices(file, place, version)


def _same(file: ProgramFile) -> Iterator[Problem]:
    """A version that says what the one before it says."""
    ordered = sorted(file.versions.items(), key=lambda item: item[1].effective_from)
    for (before, old), (name, new) in pairwise(ordered):
        if not changes(old, new):
            text = f"says the same as {before}: change something, or leave it out"
            yield Problem("version-same", ("versions", name), text)


def span_of(file: ProgramFile, version: Version) -> tuple[date, date]:
    """The days on which a version is in force; the first one is in force before its date too."""
    days = sorted(other.effective_from for other in file.versions.values())
    first = date.min if version.effective_from == days[0] else version.effective_from
    later = [day for day in days if day > version.effective_from]
    return first, later[0] if later else LAST_DAY


def _cut_off(file: ProgramFile, place: Place, version: Version) -> Iterator[Problem]:
    first, end = span_of(file, version)
    following = next((v for v in file.versions.values() if v.effective_from == end), None)
    for name, promotion in version.promotions.items():
        goes_on = following is not None and name in following.promotions
        if promotion.ends is not None and promotion.ends > end and not goes_on:
            if promotion.starts is not None and promotion.starts >= end:
                continue
            yield Problem(
                "version-gap",
                (*place, "promotions", name, "ends"),
                f"the next version is in force from {end} and does not have {name};"
                " repeat it there, or end it here",
            )
        begins_before = promotion.starts is not None and promotion.starts < first
        before = next((v for v in file.versions.values() if span_of(file, v)[1] == first), None)
        if begins_before and (before is None or name not in before.promotions):
            if promotion.ends is not None and promotion.ends <= first:
                continue
            yield Problem(
                "version-gap",
                (*place, "promotions", name, "starts"),
                f"this version is in force from {first}; the one before it has no {name}",
            )


def _prices(file: ProgramFile, place: Place, version: Version) -> Iterator[Problem]:
    """Seasonal prices: their windows, and whether they are lower."""
    first, end = span_of(file, version)
    for name, reward in version.rewards.items():
        for index, price in enumerate(reward.prices):
            here = (*place, "rewards", name, "prices", index)
            if price.ends <= price.starts:
                text = "must lie after `starts`, or the price never holds"
                yield Problem("price-odd", (*here, "ends"), text)
            elif price.ends <= first or price.starts >= end:
                text = f"lies outside its version, which is in force from {first} until {end}"
                yield Problem("price-odd", (*here, "starts"), text)
            elif any(
                other.starts < price.ends and price.starts < other.ends
                for other in reward.prices[:index]
            ):
                text = "overlaps a price above it, which goes first"
                yield Problem("price-odd", (*here, "starts"), text)
            if reward.cost is not None and scaled(price.cost) >= scaled(reward.cost):
                text = f"is no lower than the usual {reward.cost}"
                yield Problem("price-odd", (*here, "cost"), text)
