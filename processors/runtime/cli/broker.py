"""`loyalty broker start|stop|status`: a real Kafka on this machine, or the one that is set."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rich.console import Console

from processors.runtime.broker import server
from processors.runtime.broker.jars import are_cached
from processors.runtime.broker.probe import serves
from processors.runtime.cli.output import to_machine, to_people
from processors.runtime.faults import Exit
from processors.runtime.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path


def start_broker(*, port: int | None = None, heap_mb: int = 256, json: bool = False) -> int:
    """Start a local Kafka, or find it running. Does nothing where LOYALTY_BROKER names one.

    Its data stays in LOYALTY_HOME between starts.

    Args:
        port: Listen here; by default where it listened before, else on a free port.
        heap_mb: Megabytes of heap.
        json: Print what runs as JSON.
    """
    settings = Settings()
    if _given(settings):
        return _say(settings.broker, None, "LOYALTY_BROKER names a broker; none is started", json)
    if not are_cached():
        Console(stderr=True).print("fetching Apache Kafka, 45 MB; this is done once")
    began = time.monotonic()
    running = server.find(settings.broker_home)
    broker = running or server.start(settings.broker_home, port, heap_mb)
    took = time.monotonic() - began
    how = "runs already" if running else f"started in {took:.1f} s"
    return _say(broker.address, settings.broker_home, how, json)


def stop_broker(*, json: bool = False) -> int:
    """Stop the local Kafka cleanly, or by force if it does not end. Its data stays.

    Args:
        json: Print what was done as JSON.
    """
    settings = Settings()
    if _given(settings):
        how = "LOYALTY_BROKER names a broker; it is not ours to stop"
        return _say(settings.broker, None, how, json)
    how = "stopped; its data stays" if server.stop(settings.broker_home) else "does not run"
    return _say(settings.broker, settings.broker_home, how, json)


def show_status(*, json: bool = False) -> int:
    """Say which broker the other commands use, and whether it serves. Exit code 4 if it does not.

    Args:
        json: Print it as JSON.
    """
    settings = Settings()
    addresses = [part.strip() for part in settings.broker.split(",")]
    up = any(serves(*_split(address)) for address in addresses)
    home = None if _given(settings) else settings.broker_home
    _say(settings.broker, home, "serves" if up else "does not answer", json)
    return Exit.DONE if up else Exit.UNREACHABLE


def _given(settings: Settings) -> bool:
    return "broker" in settings.model_fields_set


def _split(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    return (host.strip("[]"), int(port)) if port.isdecimal() else (address, 9092)


def _say(address: str, home: Path | None, state: str, json: bool) -> int:  # noqa: FBT001
    if json:
        place = None if home is None else str(home)
        to_machine({"broker": address, "home": place, "state": state})
    else:
        to_people().print(f"{address}: {state}" + (f" ({home})" if home else ""))
    return Exit.DONE
