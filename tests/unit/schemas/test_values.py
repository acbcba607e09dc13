"""Instants and amounts as they are written and read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.strictjson import MOST_DEPTH, parse
from schemas.unreadable import DeadLetterReason, Unreadable
from schemas.values import format_amount, format_instant, parse_amount, parse_instant

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CENTURIES = st.integers(min_value=-60_000_000_000_000_000, max_value=200_000_000_000_000_000)


@given(CENTURIES)
def test_an_instant_is_written_as_the_calendar_has_it(instant: int) -> None:
    """Before 1970 and after, with a fraction or without one."""
    known = (EPOCH + timedelta(microseconds=instant)).isoformat().replace("+00:00", "Z")
    assert format_instant(instant) == known
    assert parse_instant(known) == instant


@given(st.integers(min_value=-(10**12), max_value=10**12), st.integers(min_value=0, max_value=6))
def test_an_amount_is_written_as_the_decimal_it_is(amount: int, scale: int) -> None:
    """Given any amount, also a negative one below 1, it is written exactly and read back."""
    written = format_amount(amount, scale)
    assert Decimal(written) == Decimal(amount).scaleb(-scale)
    assert len(written.partition(".")[2]) == scale
    assert parse_amount(written, scale) == amount
    assert parse_amount(written, scale + 2) == amount * 100


@pytest.mark.parametrize(
    "text",
    [
        b'{"id":"1","id":"1"}',
        b'{"id": "1", "id": "2"}',
        b'{"data":{"a":1,"a":1},"id":"1"}',
        b'{"a":[{"b":1,"b":2}]}',
        b'{"\\u0061":1,"a":2}',
    ],
)
def test_a_key_that_stands_twice_is_seen_in_any_writing(text: bytes) -> None:
    """Compact or spaced, at the top or below, spelt out or not."""
    with pytest.raises(Unreadable) as caught:
        parse(text)
    assert caught.value.reason == DeadLetterReason.DUPLICATE_KEY


@pytest.mark.parametrize(
    ("depth", "deep"), [(MOST_DEPTH + 1, False), (MOST_DEPTH + 2, True), (200, True)]
)
def test_what_nests_too_deep_is_refused_however_short_it_is(depth: int, *, deep: bool) -> None:
    """One bracket within another, and nothing else."""
    text = b"[" * depth + b"]" * depth
    if not deep:
        parse(text)
        return
    with pytest.raises(Unreadable) as caught:
        parse(text)
    assert caught.value.reason == DeadLetterReason.TOO_DEEP
