"""The broker and the workers of a run, and waiting until they are done."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

from rich.console import Console

from processors.runtime.broker import server
from tests.demo.checking import Found, decided, find

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import FrameType

    from processors.runtime.settings import Settings

SESSION_SECONDS = 6.0
PATIENCE_SECONDS = 60.0
console = Console(highlight=False, soft_wrap=True)


class Workers:
    """Worker processes of this run."""

    def __init__(self, settings: Settings, home: Path) -> None:
        self.settings = settings
        self.home = home
        self.running: list[subprocess.Popen[bytes]] = []

    def environment(self) -> dict[str, str]:
        """What every process of this run is started with."""
        return os.environ | {
            "LOYALTY_BROKER": self.settings.broker,
            "LOYALTY_INPUT_PREFIX": self.settings.input_prefix,
            "LOYALTY_OUTPUT_PREFIX": self.settings.output_prefix,
            "LOYALTY_PARTITIONS": str(self.settings.partitions),
            "LOYALTY_PROGRAM": "starter",
            "LOYALTY_CLOCK": "stream",
            "LOYALTY_SESSION_TIMEOUT_SECONDS": str(SESSION_SECONDS),
            "LOYALTY_WEB_PORT": "0",
        }

    def start(self, **more: str) -> subprocess.Popen[bytes]:
        """One more, with settings of its own."""
        with (self.home / f"worker-{len(self.running)}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "processors.runtime.cli", "worker"],
                env=self.environment() | more,
                stdout=log,
                stderr=log,
            )
        self.running.append(process)
        return process

    def alive(self) -> list[subprocess.Popen[bytes]]:
        """Those that have not ended."""
        return [process for process in self.running if process.poll() is None]

    def kill(self, victim: int = 0) -> int:
        """SIGKILL one of those alive. Returns its process id."""
        process = self.alive()[victim]
        process.kill()
        process.wait()
        return process.pid

    def stop(self) -> None:
        """SIGTERM all that still run; they drain."""
        for process in self.alive():
            process.send_signal(signal.SIGCONT)
            process.send_signal(signal.SIGTERM)
        for process in self.running:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def say(self, *words: str) -> int:
        """Run a command of ours; its output is the demo's."""
        console.print(f"\n[bold]$ loyalty {' '.join(words)}[/bold]")
        sys.stdout.flush()
        command = [sys.executable, "-m", "processors.runtime.cli", *words]
        return subprocess.run(command, env=self.environment(), check=False).returncode  # noqa: S603 - our own


def interrupted(_number: int, _frame: FrameType | None) -> NoReturn:
    """SIGTERM ends a run as Ctrl-C does: whatever it started is stopped."""
    raise KeyboardInterrupt


@contextmanager
def broker_of(home: Path) -> Iterator[str]:
    """The broker that is given, else a local one, stopped at the end; its data stays."""
    given = os.environ.get("LOYALTY_BROKER")
    if given:
        yield given
        return
    try:
        yield server.start(home / "broker").address
    finally:
        server.stop(home / "broker")


def inputs(settings: Settings, found: Found) -> int:
    """Inputs that have a ledger record, transfers left out."""
    return sum(source[0] != settings.names.of("transfers") for source in found.sources)


def arrived(settings: Settings, found: Found) -> int:
    """Transfers that have a ledger record where they were sent to."""
    return sum(source[0] == settings.names.of("transfers") for source in found.sources)


def settled(settings: Settings, workers: Workers, enough: Callable[[Found], bool]) -> Found:
    """Wait until the ledger grows no more and holds enough; while it grows, patience does too."""
    last, deadline = -1, time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        time.sleep(1.0)
        now = asyncio.run(decided(settings))
        if now > last:
            last, deadline = now, time.monotonic() + PATIENCE_SECONDS
            continue
        began = time.monotonic()
        found = asyncio.run(find(settings))
        if enough(found) and arrived(settings, found) >= found.transfers:
            return found
        deadline += time.monotonic() - began  # reading is our work, not theirs
    raise SystemExit(f"the workers did not get done; their logs are in {workers.home}")
