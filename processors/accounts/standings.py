"""What is counted, and which tier is held (semantics, section 6). Reads an account alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.accounts.items import Standing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from processors.accounts.account import Account
    from processors.programs.compiled import Ladder


def counter_key(ladder: Ladder, window: str, part: str) -> str:
    """The counter's name; a ladder with one figure for all currencies keeps one counter."""
    if ladder.by_part:
        return f"{ladder.id}/{window}/{part}"
    return f"{ladder.id}/{window}"


def figure(ladder: Ladder, account: Account, at: int, part: str = "*") -> int:
    """What is counted in the window of `at`, in the counter's smallest step."""
    window, _ = ladder.window_of(at, account)
    if ladder.rolling_from is None:
        return account.counters.get(counter_key(ladder, window, part), 0)
    first = ladder.rolling_from(at)
    prefix = f"{ladder.id}/"
    suffix = f"/{part}" if ladder.by_part else ""
    return sum(
        amount
        for key, amount in account.counters.items()
        if key.startswith(prefix)
        and key.endswith(suffix)
        and first <= key[len(prefix) : len(prefix) + 10] <= window
    )


def supported(ladder: Ladder, account: Account, at: int) -> str:
    """The highest tier that the counters of the window of `at` carry."""
    return carried(ladder, {part: figure(ladder, account, at, part) for part in ladder.figures})


def carried(ladder: Ladder, figures: Mapping[str, int]) -> str:
    """The highest tier that figures by part carry: any of them, or all that it names."""
    best = 0
    short: set[int] = set()
    for part, threshold, rank in ladder.steps:
        if figures[part] >= threshold:
            best = rank
        else:
            short.add(rank)
    if ladder.needs_all:
        best = max(rank for _, _, rank in ladder.steps if rank not in short)
    return ladder.tiers[best].id


def rank_of(ladder: Ladder, tier: str) -> int:
    """The tier's place on the ladder, 0 for the lowest and for a tier that is gone from it."""
    return ladder.ranks.get(tier, 0)


def standing_of(ladder: Ladder, account: Account) -> Standing:
    """What is held, or the ladder's lowest tier since enrolment."""
    held = account.standings.get(ladder.id)
    return held or Standing(ladder.tiers[0].id, account.profile.enrolled_at or 0)


def tier_of(ladder: Ladder, account: Account) -> str:
    """The tier that is held."""
    held = account.standings.get(ladder.id)
    return ladder.tiers[0].id if held is None else held.tier


def tiers_held(ladders: Iterable[Ladder], account: Account) -> dict[str, str]:
    """The tier held on each ladder."""
    return {ladder.id: tier_of(ladder, account) for ladder in ladders}
