"""The worker's clock: the only place that asks what time it is."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Literal

from msgspec import Raw

from processors.runtime.sending import producing
from schemas.ledger import Cause, Coordinates
from schemas.transfers import ENCODER, Transfer

if TYPE_CHECKING:
    from processors.runtime.settings import Settings

NOBODY = -1
"""The sender of what no partition sent."""


class Clock:
    """How far time may pass for idle accounts."""

    def __init__(self, kind: Literal["wall", "stream"]) -> None:
        self.kind = kind

    def until(self, oldest_waiting_ms: int | None) -> int | None:
        """The instant up to which time has passed, microseconds; None: only events move it.

        While records wait it is held back to the oldest of them, so that a backlog is not made
        late by our own clock.
        """
        if self.kind == "stream":
            return None
        now = time.time_ns() // 1000
        return now if oldest_waiting_ms is None else min(now, oldest_waiting_ms * 1000)


async def tell(settings: Settings, instant: int) -> None:
    """Send each partition a record that says what time it is, by stream time. Raises Fault."""
    async with producing(settings) as producer:
        for number in range(settings.partitions):
            await producer.send_and_wait(
                settings.names.of("transfers"),
                ENCODER.encode(command(instant)),
                key=b"clock",
                partition=number,
                timestamp_ms=instant // 1000,
            )


def command(instant: int) -> Transfer:
    """The record. An earlier instant after a later one is a repeat, and changes nothing."""
    name = f"clock/{instant}"
    cause = Cause(
        Coordinates(0, 0, instant // 1000, ""), name, "", "operator", "", instant, "clock"
    )
    return Transfer(
        arrived=instant // 1000,
        cause=cause,
        data=Raw(b"{}"),
        id=name,
        index=0,
        kind="clock",
        sender="",
        sender_partition=NOBODY,
        sender_seq=instant,
        time=instant,
        to="",
    )
