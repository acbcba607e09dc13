"""How far the worker's clock says that time has passed, and what commands end with."""

from __future__ import annotations

from processors.runtime.clock import Clock
from processors.runtime.faults import Exit

LONG_AGO_MS = 1_700_000_000_000
FAR_AHEAD_MS = 9_000_000_000_000


def test_time_does_not_pass_what_waits() -> None:
    """Given a record that waits, time stops at it; what is stamped ahead of us moves nothing."""
    clock = Clock("wall")
    assert clock.until(LONG_AGO_MS) == LONG_AGO_MS * 1000
    now, again = clock.until(None), clock.until(FAR_AHEAD_MS)
    assert now is not None
    assert again is not None
    assert LONG_AGO_MS * 1000 < now <= again < FAR_AHEAD_MS * 1000


def test_stream_time_passes_with_events_alone() -> None:
    """Given stream time, the clock says nothing, whatever waits."""
    clock = Clock("stream")
    assert (clock.until(None), clock.until(LONG_AGO_MS)) == (None, None)


def test_exit_codes_stay() -> None:
    """Scripts ask for these numbers."""
    assert {code.name: code.value for code in Exit} == {
        "DONE": 0,
        "FAILED": 1,
        "USAGE": 2,
        "DIFFERENT": 3,
        "UNREACHABLE": 4,
        "BROKEN": 5,
    }
