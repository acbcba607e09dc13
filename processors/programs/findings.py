"""What a schema cannot see in a program: names that do not exist, thresholds out of order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.programs.figures import ratio_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processors.programs.model import Ladder, ProgramFile, Promotion, Version

Place = tuple[str | int, ...]


def look_over(file: ProgramFile) -> Iterator[tuple[Place, str]]:
    """Every place in the file that does not hold together, with what to do."""
    seen: dict[object, str] = {}
    for name, version in file.versions.items():
        place: Place = ("versions", name)
        twin = seen.setdefault(version.effective_from, name)
        if twin != name:
            yield (*place, "effective_from"), f"is also that of {twin}; give each its own date"
        yield from _units(version, place)
        yield from _tiers(version, place)
        yield from _promotions(version, place)
        for key, ladder in version.ladders.items():
            yield from _thresholds(ladder, (*place, "ladders", key))


def _units(version: Version, place: Place) -> Iterator[tuple[Place, str]]:
    named: list[tuple[Place, str]] = []
    for section in ("earning", "activities", "rewards", "reminders", "allowances"):
        for key, item in getattr(version, section).items():
            if item.unit is not None:
                named.append(((*place, section, key, "unit"), item.unit))
    for section in ("friend", "referrer"):
        side = getattr(version.referral, section, None)
        if side is not None:
            named.append(((*place, "referral", section, "unit"), side.unit))
    if version.reviews is not None:
        named.append(((*place, "reviews", "unit"), version.reviews.unit))
    for index, unit in enumerate(version.redemption.by_amount):
        named.append(((*place, "redemption", "by_amount", index), unit))
    for where, unit in named:
        if unit not in version.units:
            yield where, f"names no unit; known are {', '.join(version.units)}"


def _tiers(version: Version, place: Place) -> Iterator[tuple[Place, str]]:
    known = [tier for ladder in version.ladders.values() for tier in ladder.tiers]
    named: list[tuple[Place, str]] = []
    for key, rule in version.earning.items():
        named += [
            ((*place, "earning", key, "rate", "by_tier", tier), tier) for tier in rule.rate.by_tier
        ]
    for key, reward in version.rewards.items():
        for section in ("tiers", "on_entry_of"):
            for index, tier in enumerate(getattr(reward, section) or ()):
                named.append(((*place, "rewards", key, section, index), tier))
    for where, tier in named:
        if tier not in known:
            yield where, f"names no tier; known are {', '.join(known) or 'none'}"


def _promotions(version: Version, place: Place) -> Iterator[tuple[Place, str]]:
    for key, promotion in version.promotions.items():
        here = (*place, "promotions", key)
        window = promotion.starts, promotion.ends
        if window[0] is not None and window[1] is not None and window[1] <= window[0]:
            yield (*here, "ends"), "must lie after `starts`, or the promotion never runs"
        if len(effects(promotion)) != 1:
            yield here, "must have one effect: `multiply`, `multiply_by_tier`, `rate` or `add`"
        for index, rule in enumerate(promotion.rules or ()):
            if rule not in version.earning:
                known = ", ".join(version.earning)
                yield (*here, "rules", index), f"names no earning rule; known are {known}"


def effects(promotion: Promotion) -> list[str]:
    """The effects that a promotion names; it must be one."""
    named = ("multiply", "multiply_by_tier", "rate", "add")
    return [name for name in named if getattr(promotion, name)]


def _thresholds(ladder: Ladder, place: Place) -> Iterator[tuple[Place, str]]:
    if ladder.window == "rolling" and (ladder.rolling_days is None) == (
        ladder.rolling_months is None
    ):
        yield (*place, "window"), "needs either `rolling_days` or `rolling_months`"
    below: dict[str, tuple[int, int]] = {}
    for tier, rung in ladder.tiers.items():
        figures = rung.at if isinstance(rung.at, dict) else {"*": rung.at}
        for currency, figure in figures.items():
            top, bottom = ratio_of(figure)
            last = below.get(currency)
            if last is not None and not rung.attribute and top * last[1] <= last[0] * bottom:
                yield (*place, "tiers", tier, "at"), "must be more than the tier before it"
            below[currency] = (top, bottom)
