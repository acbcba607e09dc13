"""When the windows of caps are over."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from processors.accounts.account import Account
from processors.programs.calendars import Calendar
from processors.programs.periods import next_window, window_of


def micros(text: str) -> int:
    """An instant."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1_000_000


@pytest.mark.parametrize(
    ("per", "starts", "at", "over"),
    [
        ("day", 1, "2025-05-14T10:00", "2025-05-15"),
        ("week", 1, "2025-05-14T10:00", "2025-05-19"),
        ("week", 1, "2025-05-19T00:00", "2025-05-26"),
        ("month", 1, "2025-05-14T10:00", "2025-06-01"),
        ("quarter", 1, "2025-04-01T00:00", "2025-07-01"),
        ("quarter", 1, "2025-05-14T10:00", "2025-07-01"),
        ("quarter", 1, "2025-12-31T23:59", "2026-01-01"),
        ("fiscal_quarter", 2, "2025-04-30T10:00", "2025-05-01"),
        ("fiscal_quarter", 2, "2025-05-14T10:00", "2025-08-01"),
        ("year", 1, "2025-05-14T10:00", "2026-01-01"),
        ("fiscal_year", 7, "2025-05-14T10:00", "2025-07-01"),
        ("fiscal_year", 7, "2025-07-01T00:00", "2026-07-01"),
    ],
)
def test_the_window_of_a_cap_is_over_at_its_next_start(
    per: str, starts: int, at: str, over: str
) -> None:
    """Given an instant, its window ends where the next one begins, and there has another name."""
    calendar, account = Calendar("UTC"), Account("m-1")
    end = next_window(per, calendar, starts)(micros(at), account)
    assert end == micros(over)
    name = window_of(per, calendar, starts)
    assert name(micros(at), account) == name(end - 1, account) != name(end, account)


@pytest.mark.parametrize("per", ["lifetime", "order"])
def test_a_window_without_an_end_is_never_over(per: str) -> None:
    """Given a cap for ever or for one order, no time gives its room back."""
    assert next_window(per, Calendar("UTC"))(micros("2025-05-14"), Account("m-1")) is None
