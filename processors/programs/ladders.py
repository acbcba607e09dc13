"""Ladders: thresholds, windows and holds (semantics, section 6)."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, timedelta
from typing import TYPE_CHECKING

from processors.accounts.anchors import anchor
from processors.programs import compiled, model
from processors.programs.calendars import MONTHS
from processors.programs.conditions import basis_of
from processors.programs.expressions.facts import places_of
from processors.programs.figures import steps_of
from processors.programs.periods import next_window, window_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from processors.accounts.account import Account
    from processors.programs.calendars import Calendar

YEARS = range(1970, 2101)
Window = tuple[str, int | None]


def compile_ladder(
    name: str, ladder: model.Ladder, version: model.Version, calendar: Calendar
) -> compiled.Ladder:
    """The ladder of a version."""
    counts = {what: places_of(what, ladder, version) for what in ladder.counted}
    window = _window(ladder, version, calendar)
    rolling = ladder.window == "rolling"
    return compiled.Ladder(
        id=name,
        tiers=tuple(_tier(key, rung, counts) for key, rung in ladder.tiers.items()),
        counts=counts,
        window_of=window,
        held_until=_held(ladder, window, calendar),
        rolling_from=_rolling_from(ladder, calendar) if rolling else None,
        held_from=_held_from(ladder, calendar) if rolling else None,
        rolling_until=_rolling_until(ladder, calendar) if rolling else None,
        by_currency=len(counts) == 1
        and any(isinstance(rung.at, dict) for rung in ladder.tiers.values()),
        needs_all=ladder.needs == "all",
        unit=ladder.unit or next(iter(version.units), ""),
        takes=None if ladder.basis is None else basis_of(ladder.basis, None).takes,
        counts_bonus=ladder.counts_bonus,
        on_refund=ladder.on_refund,
        settles_at=_settling(ladder.settle_days, calendar),
        hold_days=ladder.hold_days,
        lands_until=_landing(ladder, window, calendar),
        schedule=_schedule(ladder, calendar),
    )


def _schedule(ladder: model.Ladder, calendar: Calendar) -> Callable[[int], int] | None:
    """When tiers are judged that are judged on set dates alone."""
    dates: dict[str, Callable[[int], int]] = {
        "first_working_day": calendar.next_first_working_day,
        "month": lambda at: calendar.first_of_month(at, 1),
        "quarter": lambda at: calendar.first_of_quarter(at, 1),
        "year": lambda at: calendar.first_of_year(at, 1),
    }
    return dates.get(ladder.judged)


def _landing(
    ladder: model.Ladder, window: Callable[[int, Account], Window], calendar: Calendar
) -> Callable[[int, Account], int | None] | None:
    if ladder.downgrade == "supported":
        return None
    held = _held(ladder, window, calendar)
    if ladder.held == "months":
        return held
    return lambda at, account: window(at, account)[1] or held(at, account)


def _settling(days: int | None, calendar: Calendar) -> Callable[[int], int] | None:
    if days is None:
        return None
    wait = days
    return lambda at: calendar.days_after(at, wait)


def _tier(name: str, rung: model.Rung, counts: Mapping[str, int]) -> compiled.Tier:
    attribute = next(iter(rung.attribute.items()), None)
    figures = rung.at if isinstance(rung.at, dict) else {"*": rung.at}
    if attribute is not None and not rung.counted:
        figures = {}  # no figure carries it
    first = next(iter(counts.values()))
    thresholds = {part: steps_of(at, counts.get(part, first)) for part, at in figures.items()}
    return compiled.Tier(name, thresholds, attribute)


def _window(
    ladder: model.Ladder, version: model.Version, calendar: Calendar
) -> Callable[[int, Account], Window]:
    if ladder.window == "calendar_year":
        return _calendar_year(calendar)
    per = {
        "calendar_quarter": "quarter",
        "calendar_month": "month",
        "fiscal_year": "fiscal_year",
    }.get(ladder.window)
    if per is not None:
        name = window_of(per, calendar, version.fiscal_year_starts)
        over = next_window(per, calendar, version.fiscal_year_starts)
        return lambda at, account: (name(at, account), over(at, account))
    if ladder.window == "lifetime":
        return lambda _at, _account: ("ever", None)
    if ladder.window == "rolling":
        return lambda at, _account: (calendar.date(at).isoformat(), None)

    months = ladder.personal_months if ladder.window == "personal" else None

    def period_of_member(at: int, account: Account) -> Window:
        first, last = calendar.anniversary(anchor(account, at), at, months or MONTHS)
        return calendar.date(first).isoformat(), last

    return period_of_member


def _calendar_year(calendar: Calendar) -> Callable[[int, Account], Window]:
    """Asked several times for each order, so the years stand in a table."""
    starts = [calendar.start_of(date(year, 1, 1)) for year in YEARS]
    known = [(str(year), ends) for year, ends in zip(YEARS, starts[1:], strict=False)]
    windows = [None, *known, None]

    def year_of(at: int, _account: Account) -> Window:
        window = windows[bisect_right(starts, at)]
        if window is not None:
            return window
        year = calendar.date(at).year
        return str(year), calendar.start_of(date(year + 1, 1, 1))

    return year_of


def _held(
    ladder: model.Ladder, window: Callable[[int, Account], Window], calendar: Calendar
) -> Callable[[int, Account], int | None]:
    if ladder.hold_days is not None:
        days = ladder.hold_days
        return lambda at, _account: calendar.days_after(at, days)
    if ladder.held in {"for_ever", "while_carried"}:
        return lambda _at, _account: None
    if ladder.held == "months":
        months = ladder.hold_months or MONTHS
        return lambda at, _account: calendar.months_after(at, months)
    if ladder.held == "window":
        return lambda at, account: window(at, account)[1]

    def next_window(at: int, account: Account) -> int | None:
        ends = window(at, account)[1]
        return None if ends is None else window(ends, account)[1]

    return next_window


def _held_from(ladder: model.Ladder, calendar: Calendar) -> Callable[[int], int] | None:
    if ladder.hold_days is not None or ladder.held != "months":
        return None
    months = ladder.hold_months or MONTHS
    return lambda until: calendar.months_after(until, -months)


def _rolling_from(ladder: model.Ladder, calendar: Calendar) -> Callable[[int], str]:
    """An order exactly N days (months) old has left: the window starts the day after that."""
    days, months = ladder.rolling_days, ladder.rolling_months
    if months is not None:
        return lambda at: calendar.date(
            calendar.days_after(calendar.months_after(at, -months), 1)
        ).isoformat()
    assert days is not None, "a rolling window has days or months"
    return lambda at: (calendar.date(at) - timedelta(days=days - 1)).isoformat()


def _rolling_until(ladder: model.Ladder, calendar: Calendar) -> Callable[[int], int]:
    days, months = ladder.rolling_days, ladder.rolling_months
    if months is not None:
        return lambda at: calendar.months_after(at, months)
    assert days is not None, "a rolling window has days or months"
    return lambda at: calendar.days_after(at, days)
