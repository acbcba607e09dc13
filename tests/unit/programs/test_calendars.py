"""Calendar arithmetic: local dates, clamped months, days without a midnight."""

from __future__ import annotations

from datetime import date

import pytest

from processors.programs.birthdays import birthday_in
from processors.programs.calendars import add_months, calendar
from processors.programs.figures import ratio_of, rounded, steps_of
from schemas.values import parse_instant


def at(text: str) -> int:
    """An instant."""
    return parse_instant(text)


def test_days_after_are_local_dates_and_not_hours() -> None:
    """Two weeks across the change to summer time end at 00:00, an hour short of 14 times 24."""
    berlin = calendar("Europe/Berlin")
    start, end = at("2026-03-22T15:00:00+01:00"), at("2026-04-05T00:00:00+02:00")
    assert berlin.days_after(start, 14) == end


def test_a_day_without_midnight_starts_with_its_first_instant() -> None:
    """In Santiago the clocks go from 24:00 to 01:00."""
    santiago = calendar("America/Santiago")
    assert santiago.start_of(date(2026, 9, 6)) == at("2026-09-06T01:00:00-03:00")


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2027, 1, 31), 1, date(2027, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 3, 15), -3, date(2025, 12, 15)),
    ],
)
def test_months_clamp_to_the_end_of_the_month(day: date, months: int, expected: date) -> None:
    """A month that has no such day ends it earlier."""
    assert add_months(day, months) == expected


def test_a_personal_period_is_counted_from_its_anchor_each_time() -> None:
    """31 August plus 6 months is 29 February, plus 12 is 31 August again."""
    utc = calendar("UTC")
    anchor = at("2027-08-31T12:00:00Z")
    first, last = utc.anniversary(anchor, at("2028-03-01T00:00:00Z"), 6)
    assert (utc.date(first), utc.date(last)) == (date(2028, 2, 29), date(2028, 8, 31))


def test_the_day_changes_where_the_zone_says() -> None:
    """One instant, two dates."""
    instant = at("2025-07-01T06:30:00Z")
    assert calendar("America/Chicago").date(instant) == date(2025, 7, 1)
    assert calendar("America/Los_Angeles").date(instant) == date(2025, 6, 30)


def test_leap_day_birthdays_have_a_day_in_every_year() -> None:
    """28 February in common years."""
    assert birthday_in(2027, "02-29") == date(2027, 2, 28)
    assert birthday_in(2028, "02-29") == date(2028, 2, 29)


def test_figures_stay_exact() -> None:
    """Decimals become ratios in lowest terms; nothing is ever a float."""
    assert ratio_of("1.25") == (5, 4)
    assert ratio_of("-0.10") == (-1, 10)
    assert steps_of("12.70", 2) == 1270
    with pytest.raises(ValueError, match="2 decimal places"):
        steps_of("1.005", 2)
    with pytest.raises(ValueError, match="decimal such as"):
        ratio_of("1,5")


@pytest.mark.parametrize(
    ("top", "bottom", "floor", "ceil", "half_up"),
    [(5, 2, 2, 3, 3), (7, 3, 2, 3, 2), (4, 2, 2, 2, 2)],
)
def test_there_is_one_rounding(top: int, bottom: int, floor: int, ceil: int, half_up: int) -> None:
    """Down, up, or to the nearest with halves up."""
    assert rounded(top, bottom, "floor") == floor
    assert rounded(top, bottom, "ceil") == ceil
    assert rounded(top, bottom, "half_up") == half_up
