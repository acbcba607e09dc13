"""Birthdays: on which day of a year, and from which year on they count (semantics, section 8)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from processors.programs.calendars import calendar as calendar_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from processors.accounts.account import Account
    from processors.accounts.items import Profile
    from processors.programs import model
    from processors.programs.calendars import Calendar

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


def at_home(account: Account, calendar: Calendar) -> Calendar:
    """The calendar where the member lives; the program's, if that is not known."""
    zone = account.profile.timezone
    return calendar if zone is None else calendar_of(zone)


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


def had_mark(promotion: str) -> str:
    """The mark of the year in which a member, who then moved his birthday, had its promotion."""
    return f"birthday-had/{promotion}"


def running(
    name: str, kind: str, lock_days: int, calendar: Calendar
) -> Callable[[Account, int], bool]:
    """True on a birthday, or in its month, by the wall clock: at most once a calendar year."""

    def open_now(account: Account, wall: int) -> bool:
        today = calendar.date(wall)
        day = counted(account.profile, today.year, lock_days, calendar.date)
        if day is None or account.marks.get(had_mark(name)) == str(today.year):
            return False
        return day.month == today.month if kind == "month" else day == today

    return open_now


def begun(
    version: model.Version, program: model.ProgramFile, calendar: Calendar
) -> Callable[[Account, int], list[tuple[str, str]]]:
    """Marks for a birthday that is about to be moved: what it has already opened this year."""
    kinds = {
        name: promotion.birthday
        for name, promotion in version.promotions.items()
        if promotion.birthday is not None
    }
    lock_days = version.birthday.lock_days

    def marks(account: Account, at: int) -> list[tuple[str, str]]:
        zone = None if program.promotion_zone == "program" else account.profile.timezone
        today = calendar.date(at + (0 if zone is None else calendar.shift(at, zone)))
        day = counted(account.profile, today.year, lock_days, calendar.date)
        if day is None:
            return []
        opened = {"month": day.replace(day=1), "day": day}
        year = str(today.year)
        return [(had_mark(name), year) for name, kind in kinds.items() if opened[kind] <= today]

    return marks
