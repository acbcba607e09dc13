"""What points are worth: shares that are shares, of units that can be spent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.programs.figures import scaled
from processors.programs.lint.problems import Problem, versions_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processors.programs.model import ProgramFile


def check(file: ProgramFile) -> Iterator[Problem]:
    """Every unit's accounting."""
    for place, version in versions_of(file):
        for unit, terms in version.accounting.items():
            here = (*place, "accounting", unit)
            if not scaled(terms.value):
                text = "is 0: points that are worth nothing are no liability, so leave it out"
                yield Problem("accounting", (*here, "value"), text)
            share = terms.redeemed_share
            if share is not None and scaled(share) > scaled("1"):
                text = f"is a share of 1: {share} is more than all points; 85 per cent are 0.85"
                yield Problem("accounting", (*here, "redeemed_share"), text)
            if not version.units[unit].spendable:
                text = "is a counter (`spendable: false`), which is never a liability"
                yield Problem("accounting", here, text)
