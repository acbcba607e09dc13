"""What members choose: promotions that ask for it, and days of their own (semantics, section 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from processors.accounts.account import Account
    from processors.programs import model


def opting_in(version: model.Version) -> Callable[[str, int, Account], str | None]:
    """The refusal of an opt-in, or None. What is unknown is refused before the quota."""
    known = frozenset(name for name, one in version.promotions.items() if one.opt_in)

    def refusal(promotion: str, _at: int, account: Account) -> str | None:
        if promotion not in known:
            return "unknown_promotion"
        taken = {name for name in known if f"opt-in/{name}" in account.marks}
        full = version.opt_ins is not None and len(taken) >= version.opt_ins
        return "quota_exhausted" if full and promotion not in taken else None

    return refusal


def chosen_mark(day: date) -> str:
    """The mark of a day that a member chose."""
    return f"chosen-day/{day.isoformat()}"


def choosing(version: model.Version) -> Callable[[str, int, Account], str | None]:
    """The refusal of a chosen day, or None; the period is that of the chosen day."""
    rules = next((p.chosen_days for p in version.promotions.values() if p.chosen_days), None)

    def refusal(day: str, _at: int, account: Account) -> str | None:
        if rules is None:
            return "unknown_promotion"
        period = day[:4] if rules.per == "year" else day[:7]
        taken = [mark for mark in account.marks if mark.startswith(f"chosen-day/{period}")]
        held = [standing.tier for standing in account.standings.values()]
        times = next(
            (rules.times_by_tier[t] for t in held if t in rules.times_by_tier), rules.times
        )
        again = f"chosen-day/{day}" in taken
        return "quota_exhausted" if len(taken) >= times and not again else None

    return refusal
