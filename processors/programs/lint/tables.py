"""Tables by tier: a tier that is left out, and a higher tier that gets less."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from processors.programs.figures import ratio_of
from processors.programs.lint.problems import Place, Problem, instead, listed, versions_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from processors.programs.model import ProgramFile, Version


def check(file: ProgramFile) -> Iterator[Problem]:
    """Rates, multipliers, days and quantities by tier."""
    for place, version in versions_of(file):
        for table, values, otherwise in _tables(version):
            here = (*place, *table)
            yield from _table(values, version, here, stated=otherwise)


def _tables(version: Version) -> Iterator[tuple[Place, Mapping[str, str | int], bool]]:
    """Where a table stands, what it says, and whether something is said for other tiers."""
    for name, rule in version.earning.items():
        said = "points" in rule.rate.model_fields_set
        yield ("earning", name, "rate", "by_tier"), rule.rate.by_tier, said
    for name, promotion in version.promotions.items():
        yield ("promotions", name, "multiply_by_tier"), promotion.multiply_by_tier, True
        if promotion.chosen_days is not None:
            times = promotion.chosen_days.times_by_tier
            yield ("promotions", name, "chosen_days", "times_by_tier"), times, True
    for side in ("friend", "referrer"):
        found = getattr(version.referral, side, None)
        for key in ("by_tier", "cap_by_tier") if found is not None else ():
            yield ("referral", side, key), getattr(found, key), True
    for name, reward in version.rewards.items():
        days = reward.valid_days_by_tier
        yield ("rewards", name, "valid_days_by_tier"), days, reward.valid_days is not None
        yield ("rewards", name, "top_up"), reward.top_up, True


def _table(
    values: Mapping[str, str | int], version: Version, place: Place, *, stated: bool
) -> Iterator[Problem]:
    ladder = next(
        (one for one in version.ladders.values() if values.keys() & one.tiers.keys()), None
    )
    if ladder is None:
        return
    for tier in values.keys() - ladder.tiers.keys():
        text = f"is of another ladder than the rest; {instead(tier, list(ladder.tiers))}"
        yield Problem("name-unknown", (*place, tier), text)
    missing = [tier for tier in ladder.tiers if tier not in values]
    if missing and not stated:
        text = f"says nothing for {listed(missing)}; every tier needs its figure here"
        yield Problem("tier-missing", place, text)
    for below, tier in pairwise([tier for tier in ladder.tiers if tier in values]):
        if _less(values[tier], values[below]):
            text = f"gets less ({values[tier]}) than {below} below it ({values[below]})"
            yield Problem("tier-falls", (*place, tier), text)


def _less(one: str | int, other: str | int) -> bool:
    (top, bottom), (other_top, other_bottom) = ratio_of(str(one)), ratio_of(str(other))
    return top * other_bottom < other_top * bottom
