"""How far a member is on a ladder: which of its figures is shown, and what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.accounts.standings import figure, rank_of, standing_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from processors.accounts.account import Account
    from processors.programs.compiled import Ladder

WHOLE = 10**12
"""Shares of a threshold are compared in such parts of it."""


def leading(ladder: Ladder, account: Account, at: int) -> str:
    """The part that `progress` shows: the one nearest to the tier ahead; figures are never added.

    Where a tier needs all of its figures, it is the one that is farthest.
    """
    if not ladder.by_part:
        return "*"
    goal = ahead(ladder, account)

    def share(part: str) -> int:
        return figure(ladder, account, at, part) * WHOLE // (goal[part] or 1)

    if ladder.needs_all:
        return min(sorted(goal), key=share)
    kept = ladder.tiers[rank_of(ladder, standing_of(ladder, account).tier)].thresholds
    return max(sorted(goal.keys() & kept.keys() or goal), key=share)


def ahead(ladder: Ladder, account: Account) -> Mapping[str, int]:
    """The thresholds of the tier ahead that figures carry; of the highest one where none is."""
    rank = rank_of(ladder, standing_of(ladder, account).tier)
    carried = [tier.thresholds for tier in ladder.tiers if tier.thresholds]
    above = [tier.thresholds for tier in ladder.tiers[rank + 1 :] if tier.thresholds]
    return above[0] if above else carried[-1]


def missing(ladder: Ladder, account: Account, at: int) -> dict[str, int]:
    """What each figure lacks for the tier ahead."""
    return {
        part: max(0, threshold - figure(ladder, account, at, part))
        for part, threshold in ahead(ladder, account).items()
    }
