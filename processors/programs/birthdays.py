"""Birthdays: on which day of a year, and from which year on they count (semantics, section 8)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from processors.accounts.items import Profile

FEBRUARY, LEAP_DAY = 2, 29


def birthday_in(year: int, birthday: str) -> date:
    """The birthday (`MM-DD`) in a year; 29 February counts as 28 February in common years."""
    month, day = (int(part) for part in birthday.split("-"))
    if (month, day) == (FEBRUARY, LEAP_DAY):
        try:
            return date(year, month, day)
        except ValueError:
            return date(year, month, day - 1)
    return date(year, month, day)


def counted(
    profile: Profile, year: int, lock_days: int, date_of: Callable[[int], date]
) -> date | None:
    """The member's birthday in a year, if it lies long enough after it was entered or changed."""
    if profile.birthday is None:
        return None
    day = birthday_in(year, profile.birthday)
    since = profile.birthday_since
    if since is not None and (day - date_of(since)).days < lock_days:
        return None
    return day
