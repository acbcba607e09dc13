"""The worker's clock: the only place that asks what time it is."""

from __future__ import annotations

import time
from typing import Literal


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
