"""Names: every unit, tier, reward and rule that is named must be there; and figures fit units."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.programs.figures import scaled
from processors.programs.lint.catalogue import PAGES
from processors.programs.lint.marks import COUNT, MONEY, marked
from processors.programs.lint.problems import Place, Problem, instead, listed, versions_of
from processors.programs.model.words import MINOR, InUnit, Refers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processors.programs.model import ProgramFile, Version


def check(file: ProgramFile) -> Iterator[Problem]:
    """Names that nothing defines."""
    for name in file.accepts:
        if name not in PAGES or PAGES[name].error:
            known = [key for key, page in PAGES.items() if not page.error]
            text = f"is no finding that can be accepted; {instead(name, known)}"
            yield Problem("name-unknown", ("accepts", name), text)
    for place, version in versions_of(file):
        names = _known(version)
        for mark, value, where, _ in marked(version):
            if isinstance(mark, Refers) and value not in names[mark.kind]:
                text = f"names no {mark.kind}; {instead(value, names[mark.kind])}"
                yield Problem("name-unknown", (*place, *where), text)
        yield from _without_unit(version, place)
        yield from _renewals(version, place)
        yield from _of_ladder(version, place)
        for name, reward in version.rewards.items():
            booked = version.currencies
            if reward.currency is not None and booked and reward.currency not in booked:
                text = f"is not booked; booked are {listed(booked)}"
                yield Problem("name-unknown", (*place, "rewards", name, "currency"), text)


def places(file: ProgramFile) -> Iterator[Problem]:
    """Numbers of points with more places than their unit. All names must be known."""
    for place, version in versions_of(file):
        scales = {name: unit.scale for name, unit in version.units.items()}
        scales |= {MONEY: MINOR, COUNT: 0}
        for mark, value, where, unit in marked(version):
            digits = len(value.partition(".")[2].rstrip("0"))
            if isinstance(mark, InUnit) and digits > scales.get(unit, digits):
                of = {MONEY: "money", COUNT: "a count"}.get(unit, unit)
                text = f"is finer than {of}, which has {scales[unit] or 'no'} decimal places"
                yield Problem("figure-places", (*place, *where), text)


def _known(version: Version) -> dict[str, list[str]]:
    return {
        "unit": list(version.units),
        "tier": [tier for ladder in version.ladders.values() for tier in ladder.tiers],
        "ladder": list(version.ladders),
        "reward": list(version.rewards),
        "earning rule": list(version.earning),
        "rule": [
            *version.earning,
            *version.promotions,
            *version.activities,
            *version.streaks,
            *version.deliveries,
        ],
    }


def _without_unit(version: Version, place: Place) -> Iterator[Problem]:
    """Points of the first unit, where there is none."""
    given: list[tuple[Place, str | None]] = []
    given += [(("activities", n, "points"), one.points) for n, one in version.activities.items()]
    given += [(("promotions", n, "add"), one.add) for n, one in version.promotions.items()]
    for where, figure in given if not version.units else ():
        if figure is not None and scaled(figure):
            yield Problem("name-unknown", (*place, *where), "are of which unit? `units` has none")


def _of_ladder(version: Version, place: Place) -> Iterator[Problem]:
    """Tiers of a reward that are not of its ladder, but of another one."""
    for name, reward in version.rewards.items():
        ladder = reward.ladder or next(iter(version.ladders), "")
        if ladder not in version.ladders:
            continue
        tiers = list(version.ladders[ladder].tiers)
        others = {tier for other in version.ladders.values() for tier in other.tiers} - set(tiers)
        for key in ("tiers", "on_entry_of", "top_up", "valid_days_by_tier"):
            named = getattr(reward, key) or ()
            for index, tier in enumerate(named):
                if tier in others:
                    part = tier if isinstance(named, dict) else index
                    text = f"is no tier of {ladder}, the reward's `ladder`; {instead(tier, tiers)}"
                    yield Problem("name-unknown", (*place, "rewards", name, key, part), text)


def _renewals(version: Version, place: Place) -> Iterator[Problem]:
    """`entitlement:REWARD` among the activities that renew points."""
    for index, activity in enumerate(version.expiry.renewed_by):
        kind, _, name = activity.partition(":")
        if kind == "entitlement" and name not in version.rewards:
            text = f"names no reward; {instead(name, list(version.rewards))}"
            yield Problem("name-unknown", (*place, "expiry", "renewed_by", index), text)
