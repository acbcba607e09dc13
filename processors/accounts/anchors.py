"""The day from which a member's years and periods are counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from processors.accounts.account import Account

ANCHOR = "membership/anchor"
"""The mark of a membership year that was begun anew, with its first instant."""


def anchor(account: Account, at: int) -> int:
    """Where the membership year that holds `at` is counted from: enrolment, or a new beginning."""
    began = account.marks.get(ANCHOR)
    if began is not None and int(began) <= at:
        return int(began)
    return account.profile.enrolled_at or at
