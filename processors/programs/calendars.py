"""Calendar arithmetic in one time zone, on instants in microseconds (semantics, section 1).

"N days after" takes the local date, adds, and means 00:00 local of the resulting date; where that
does not exist, the first instant of the day. Never N times 24 hours.
"""

from __future__ import annotations

import datetime as dt
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

SECOND = 1_000_000
QUARTER_HOUR = 900 * SECOND
"""Offsets of a zone change only at full quarters of an hour."""
MONTHS = 12
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEEK, FRIDAY = 7, 4
EPOCH = date(1970, 1, 1).toordinal()
DAY = 86_400 * SECOND
FIRST, LAST = date(1000, 1, 1).toordinal(), date(9000, 1, 1).toordinal()
"""Days beyond these count as these: an instant may lie anywhere, and arithmetic has room."""
QUARTERS = (FIRST - EPOCH) * 96, (LAST - EPOCH) * 96


class Calendar:
    """Dates of one zone. Offsets are kept per quarter of an hour, days by their first instant."""

    __slots__ = ("_offsets", "_starts", "zone")

    def __init__(self, zone: str) -> None:
        self.zone = zone
        info = ZoneInfo(zone)

        @lru_cache(maxsize=1 << 16)
        def offset(quarter: int) -> int:
            within = min(max(quarter, QUARTERS[0]), QUARTERS[1])
            moment = datetime.fromtimestamp(within * 900, UTC).astimezone(info)
            found = moment.utcoffset()
            assert found is not None, "a zone has an offset at any instant"
            return int(found.total_seconds()) * SECOND

        @lru_cache(maxsize=1 << 14)
        def start(ordinal: int) -> int:
            day = date.fromordinal(min(max(ordinal, FIRST), LAST))
            midnight = datetime(day.year, day.month, day.day, tzinfo=info)
            # In a gap, Python reads 00:00 by the offset before it: the gap's end.
            return int(midnight.timestamp()) * SECOND

        self._offsets = offset
        self._starts = start

    def day(self, instant: int) -> int:
        """The local date of an instant, as a proleptic ordinal."""
        return EPOCH + (instant + self._offsets(instant // QUARTER_HOUR)) // DAY

    def date(self, instant: int) -> dt.date:
        """The local date of an instant."""
        return date.fromordinal(min(max(self.day(instant), FIRST), LAST))

    def time_of_day(self, instant: int) -> int:
        """Microseconds of the local wall clock since 00:00."""
        return (instant + self._offsets(instant // QUARTER_HOUR)) % DAY

    def shift(self, instant: int, zone: str) -> int:
        """How far another zone's wall clock is ahead of this one's at an instant."""
        return calendar(zone).wall(instant) - self.wall(instant)

    def wall(self, instant: int) -> int:
        """The local wall clock, as microseconds since 1970-01-01T00:00 local."""
        return instant + self._offsets(instant // QUARTER_HOUR)

    def start_of(self, day: dt.date) -> int:
        """The first instant of a local date."""
        return self._starts(day.toordinal())

    def days_after(self, instant: int, days: int) -> int:
        """00:00 local, so many days after the local date of `instant`."""
        return self._starts(self.day(instant) + days)

    def months_after(self, instant: int, months: int) -> int:
        """00:00 local, so many months after the local date, clamped to the month's end."""
        return self.start_of(add_months(self.date(instant), months))

    def first_of_month(self, instant: int, months: int) -> int:
        """00:00 of the first day of the Nth month after the month of `instant`."""
        return self.start_of(add_months(self.date(instant).replace(day=1), months))

    def first_of_quarter(self, instant: int, quarters: int) -> int:
        """00:00 of the first day of the Nth calendar quarter after the one of `instant`."""
        day = self.date(instant)
        first = day.replace(month=day.month - (day.month - 1) % 3, day=1)
        return self.start_of(add_months(first, 3 * quarters))

    def first_of_year(self, instant: int, years: int) -> int:
        """00:00 of 1 January of the Nth year after the year of `instant`."""
        return self.start_of(date(self.date(instant).year + years, 1, 1))

    def next_first_working_day(self, instant: int) -> int:
        """00:00 of the first Monday to Friday of a month that comes after an instant."""
        month = self.date(instant).replace(day=1)
        at = self.start_of(_first_working_day(month))
        if at > instant:
            return at
        return self.start_of(_first_working_day(add_months(month, 1)))

    def anniversary(self, anchor: int, instant: int, months: int = MONTHS) -> tuple[int, int]:
        """The period of `months` that holds `instant`, counted from the anchor's date each time.

        Returns its first instant and the first one after it.
        """
        start = self.date(anchor)
        day = self.date(instant)
        passed = (day.year - start.year) * MONTHS + day.month - start.month
        count = max(0, passed // months)
        while count and add_months(start, count * months) > day:
            count -= 1
        while add_months(start, (count + 1) * months) <= day:
            count += 1
        return (
            self.start_of(add_months(start, count * months)),
            self.start_of(add_months(start, (count + 1) * months)),
        )


@lru_cache(maxsize=1024)
def calendar(zone: str) -> Calendar:
    """The calendar of a zone. Raises ZoneInfoNotFoundError for a zone that does not exist."""
    return Calendar(zone)


def _first_working_day(month: date) -> date:
    """The first day of a month that is none of a weekend."""
    beyond = month.weekday() - FRIDAY
    return month if beyond <= 0 else month + timedelta(days=WEEK - FRIDAY - beyond)


def add_months(day: date, months: int) -> date:
    """The same day so many months later, or that month's last day if it has no such day."""
    count = day.year * MONTHS + day.month - 1 + months
    year, month = divmod(count, MONTHS)
    following = date(year + (month + 1) // MONTHS, (month + 1) % MONTHS + 1, 1)
    last = (following - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))
