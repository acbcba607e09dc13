"""Dates in New York, by the standard library alone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/New_York")
HOUR = timedelta(hours=1)


def local_date(at: datetime) -> date:
    """The date on the wall in New York."""
    return at.astimezone(ZONE).date()


def midnight(day: date) -> datetime:
    """The start of a day in New York."""
    return datetime(day.year, day.month, day.day, tzinfo=ZONE).astimezone(UTC)


def days_later(at: datetime, days: int) -> datetime:
    """The start of the day so many days later."""
    return midnight(local_date(at) + timedelta(days=days))


def thirteenth_month(at: datetime) -> datetime:
    """The first day of the thirteenth month after this one."""
    day = local_date(at)
    count = day.year * 12 + day.month - 1 + 13
    return midnight(date(count // 12, count % 12 + 1, 1))
