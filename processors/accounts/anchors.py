"""Instants of a member from which spans are counted: the membership year, the last activity."""

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


def running(unit: str) -> str:
    """The mark of the instant at which all points of a unit end, unless an activity comes."""
    return f"inactive/{unit}"


def deadline(account: Account, unit: str) -> int | None:
    """When all points of a unit end for want of activity; None before the first one."""
    ends = account.marks.get(running(unit))
    return None if ends is None else int(ends)
