"""`loyalty clock`: for books on stream time, say that time has passed."""

from __future__ import annotations

import asyncio

from processors.runtime.cli.output import to_people
from processors.runtime.clock import tell
from processors.runtime.faults import Exit, Fault
from processors.runtime.settings import Settings
from schemas.values import parse_instant


def clock(*, to: str) -> int:
    """Let time pass for every account, up to and including an instant.

    On stream time only events move time, and only for their own member. After an import or a demo
    this does what is due for everybody: releases, expiries, ends of tiers, reminders.

    Args:
        to: An RFC 3339 instant with an offset.
    """
    try:
        instant = parse_instant(to)
    except ValueError as bad:
        advice = "Give an instant such as 2026-09-01T00:00:00Z."
        raise Fault(f"--to {to}: {bad}", advice, Exit.USAGE) from None
    settings = Settings()
    asyncio.run(tell(settings, instant))
    to_people().print(f"told {settings.partitions} partitions that it is {to}")
    return Exit.DONE
