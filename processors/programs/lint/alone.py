"""What a version says for parts that it does not have, or that are not there for so long."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from processors.programs.lint.problems import Place, Problem, versions_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processors.programs.model import ProgramFile, Version


def check(file: ProgramFile) -> Iterator[Problem]:
    """Every key of a version that stands alone."""
    for place, version in versions_of(file):
        for where, text in (
            *_promotions(version),
            *_fiscal(version),
            *_horizons(version),
            *_merges(version),
            *_releases(version),
        ):
            yield Problem("key-idle", (*place, *where), text)


def _promotions(version: Version) -> Iterator[tuple[Place, str]]:
    promotions = version.promotions
    if version.opt_ins is not None and not any(one.opt_in for one in promotions.values()):
        yield ("opt_ins",), "works with promotions that say `opt_in: true`"
    for name, promotion in promotions.items():
        if promotion.created is not None and version.stacking != "latest_only":
            text = "works with `stacking: latest_only`, where the youngest goes first"
            yield ("promotions", name, "created"), text


def _fiscal(version: Version) -> Iterator[tuple[Place, str]]:
    used = re.search('"fiscal_(year|quarter)"', version.model_dump_json())
    if "fiscal_year_starts" in version.model_fields_set and not used:
        text = "works with a `fiscal_year` or `fiscal_quarter`, and nothing here goes by one"
        yield ("fiscal_year_starts",), text


def _horizons(version: Version) -> Iterator[tuple[Place, str]]:
    """Orders that are counted for longer than they are remembered."""
    longest = version.refund.horizon_days
    asked: list[tuple[Place, int]] = [
        (("rewards", name, "on_orders", "within_days"), one.on_orders.within_days)
        for name, one in version.rewards.items()
        if one.on_orders is not None
    ]
    asked += [
        (("streaks", n, "within_days"), one.within_days) for n, one in version.streaks.items()
    ]
    for where, days in asked:
        if days > longest:
            yield where, f"orders are forgotten after {longest} days (`refund.horizon_days`)"


def _merges(version: Version) -> Iterator[tuple[Place, str]]:
    """What is said of tiers, or of what is granted, where there are none."""
    said = version.merge.model_fields_set
    if "tier" in said and not version.ladders:
        yield ("merge", "tier"), "there are no tiers (`ladders`) to be judged"
    if "vouchers" in said and not any(one.cost is None for one in version.rewards.values()):
        yield ("merge", "vouchers"), "nothing is granted here that could lapse (`rewards`)"


def _releases(version: Version) -> Iterator[tuple[Place, str]]:
    """Activities are neither shipped nor delivered; they have no amount, and come by no channel."""
    for name, delivery in version.deliveries.items():
        if delivery.when.minimum is not None:
            yield ("deliveries", name, "when", "minimum"), "a delivery has no basis to be counted"
    for name, rule in version.activities.items():
        for key in ("minimum", "channels"):
            if getattr(rule.when, key) is not None:
                text = (
                    "an activity has neither lines nor a channel; ask for its attributes (`order`)"
                )
                yield ("activities", name, "when", key), text
        release = rule.release
        if release is not None and "after" in release.model_fields_set and release.after != "order":
            text = "an activity is neither shipped, delivered nor paid; its days begin with it"
            yield ("activities", name, "release", "after"), text
