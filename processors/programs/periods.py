"""Spans and windows: when points are released, when they end, and which window a cap counts in."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from processors.accounts.anchors import anchor
from processors.programs.calendars import MONTHS

if TYPE_CHECKING:
    from collections.abc import Callable

    from processors.accounts.account import Account
    from processors.programs import model
    from processors.programs.calendars import Calendar


def releasing(
    release: model.Release | None, calendar: Calendar
) -> Callable[[int, Account], int | None]:
    """When points are released, from the instant that starts the wait. None: at once."""
    if release is None:
        return lambda _at, _account: None
    days = release.days
    return lambda at, _account: calendar.days_after(at, days)


def ending(expiry: model.Expiry, calendar: Calendar) -> Callable[[int, Account], int | None]:
    """When points end, from the instant at which they became available. None: never."""
    if expiry.kind == "membership_year":
        return _membership_years(expiry.after or 1, calendar)
    many, later = expiry.after, expiry.day - 1

    def day_of_month(at: int) -> int:
        first = calendar.first_of_month(at, many)
        return calendar.days_after(first, later) if later else first

    by_kind: dict[str, Callable[[int], int]] = {
        "days": lambda at: calendar.days_after(at, many),
        "months": lambda at: calendar.months_after(at, many),
        "month_start": day_of_month,
        "quarter_start": lambda at: calendar.first_of_quarter(at, many),
        "year_start": lambda at: year_start(calendar, at, many, expiry.month, expiry.day),
    }
    end = by_kind.get(expiry.kind)
    if end is None:
        return lambda _at, _account: None
    return lambda at, _account: end(at)


def _membership_years(many: int, calendar: Calendar) -> Callable[[int, Account], int]:
    """The end of the Nth membership year, the one that holds an instant being the first."""

    def end(at: int, account: Account) -> int:
        since = anchor(account, at)
        for _ in range(many):
            at = calendar.anniversary(since, at)[1]
        return at

    return end


def next_window(
    per: str, calendar: Calendar, fiscal_year_starts: int = 1
) -> Callable[[int, Account], int | None]:
    """When the window of a cap that an instant falls in is over. None: never."""
    month = fiscal_year_starts

    def quarter(at: int, first: int) -> int:
        ahead = 3 - (calendar.date(at).month - first) % 3
        return calendar.first_of_month(at, ahead)

    by_kind: dict[str, Callable[[int, Account], int | None]] = {
        "day": lambda at, _account: calendar.days_after(at, 1),
        "week": lambda at, _account: calendar.days_after(at, 7 - calendar.date(at).weekday()),
        "month": lambda at, _account: calendar.first_of_month(at, 1),
        "quarter": lambda at, _account: quarter(at, 1),
        "fiscal_quarter": lambda at, _account: quarter(at, month),
        "year": lambda at, _account: calendar.first_of_year(at, 1),
        "fiscal_year": lambda at, _account: year_start(calendar, at, 1, month, 1),
        "membership_year": lambda at, account: calendar.anniversary(anchor(account, at), at)[1],
    }
    return by_kind.get(per, lambda _at, _account: None)


def window_of(
    per: str, calendar: Calendar, fiscal_year_starts: int = 1
) -> Callable[[int, Account], str]:
    """The name of the window of a cap that an instant falls in."""
    shift = fiscal_year_starts - 1
    by_kind: dict[str, Callable[[int, Account], str]] = {
        "order": lambda at, _account: str(at),
        "day": lambda at, _account: calendar.date(at).isoformat(),
        "month": lambda at, _account: calendar.date(at).isoformat()[:7],
        "week": lambda at, _account: _week(calendar, at),
        "quarter": lambda at, _account: _quarter(calendar, at),
        "year": lambda at, _account: str(calendar.date(at).year),
        "fiscal_quarter": lambda at, _account: _quarter(calendar, at, shift),
        "fiscal_year": lambda at, _account: _quarter(calendar, at, shift)[:-3],
        "membership_year": lambda at, account: _membership_year(calendar, at, account),
        "lifetime": lambda _at, _account: "ever",
    }
    return by_kind[per]


def year_start(calendar: Calendar, at: int, years: int, month: int, day: int) -> int:
    """00:00 of the first day of the Nth year after the one that holds `at`, begun on a set day."""
    today = calendar.date(at)
    begun = (today.month, today.day) >= (month, day)
    return calendar.start_of(date(today.year + years - (not begun), month, day))


def _week(calendar: Calendar, at: int) -> str:
    """The Monday of a week."""
    day = calendar.date(at)
    return f"W{(day - timedelta(days=day.weekday())).isoformat()}"


def _membership_year(calendar: Calendar, at: int, account: Account) -> str:
    first, _ = calendar.anniversary(anchor(account, at), at)
    return f"M{calendar.date(first).isoformat()}"


def _quarter(calendar: Calendar, at: int, shift: int = 0) -> str:
    """The quarter, of a year that begins so many months after January and is named by that one."""
    day = calendar.date(at)
    months = day.year * MONTHS + day.month - 1 - shift
    return f"{months // MONTHS}-Q{months % MONTHS // 3 + 1}"
