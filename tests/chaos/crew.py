"""The workers of a run: a few places, each with its own way to the brokers, always filled again."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING

from tests.demo.running import Workers

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Sequence
    from pathlib import Path

    from processors.runtime.settings import Settings


class Crew(Workers):
    """Workers by their places. `ways` are the bootstrap servers of each."""

    def __init__(self, settings: Settings, home: Path, ways: Sequence[str]) -> None:
        super().__init__(settings, home)
        self.ways = ways
        self.places: list[subprocess.Popen[bytes] | None] = [None] * len(ways)
        self.lock = threading.Lock()
        self.ended: list[tuple[int, int]] = []
        """Those that ended by themselves: place and exit code."""

    def fill(self) -> list[tuple[int, int]]:
        """Start a worker at each empty place. Returns who has ended by himself since the last."""
        fresh: list[tuple[int, int]] = []
        with self.lock:
            for place, process in enumerate(self.places):
                code = None if process is None else process.poll()
                if code is not None:
                    fresh.append((place, code))
                if process is None or code is not None:
                    self.places[place] = self.start(LOYALTY_BROKER=self.ways[place])
        self.ended += fresh
        return fresh

    def end(self, place: int, number: int, seconds: float = 20.0) -> None:
        """Signal the worker of a place to its end, and leave the place empty."""
        with self.lock:
            process = self.places[place]
            if process is not None and process.poll() is None:
                process.send_signal(number)
                process.wait(seconds)
                self.places[place] = None

    def signal(self, place: int, number: int) -> None:
        """Signal the worker of a place, if there is one."""
        process = self.places[place]
        if process is not None and process.poll() is None:
            process.send_signal(number)

    def wake(self) -> None:
        """Nobody sleeps any more."""
        for place in range(len(self.places)):
            self.signal(place, signal.SIGCONT)
