"""`loyalty broker start|stop|status`: a real Kafka on this machine, or the one that is set."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rich.console import Console

from processors.runtime.broker import server
from processors.runtime.broker.jars import are_cached
from processors.runtime.broker.node import Java
from processors.runtime.broker.ports import EACH
from processors.runtime.broker.probe import serves
from processors.runtime.cli.output import to_machine, to_people
from processors.runtime.faults import Exit
from processors.runtime.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path


def start_broker(
    *, nodes: int | None = None, port: int | None = None, heap_mb: int = 256, json: bool = False
) -> int:
    """Start a local Kafka, or find it running. Does nothing where LOYALTY_BROKER names one.

    Its data stays in LOYALTY_HOME between starts. Three nodes replicate: each record is on three
    of them, and is acknowledged once two have it.

    Args:
        nodes: So many brokers as one cluster; by default as many as before, else one.
        port: Listen here, further nodes at every second port after it; by default where they
            listened before, else on free ports.
        heap_mb: Megabytes of heap, each.
        json: Print what runs as JSON.
    """
    settings = Settings()
    if _given(settings):
        return _say(settings.broker, None, "LOYALTY_BROKER names a broker; none is started", json)
    if not are_cached():
        Console(stderr=True).print("fetching Apache Kafka, 45 MB; this is done once")
    began = time.monotonic()
    home = settings.broker_home
    count = nodes if nodes is not None else server.count_of(home) or 1
    running = server.find_all(home)
    ports = None if port is None else range(port, port + EACH * count, EACH)
    brokers = server.start_all(home, count, ports, Java(heap_mb))
    took = time.monotonic() - began
    how = "runs already" if brokers == running else f"started in {took:.1f} s"
    return _say(",".join(broker.address for broker in brokers), home, how, json)


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
    """Say which brokers the other commands use, and which serve. Exit code 4 if none does.

    Args:
        json: Print it as JSON.
    """
    settings = Settings()
    addresses = [part.strip() for part in settings.broker.split(",")]
    up = [address for address in addresses if serves(*_split(address))]
    down = ", ".join(address for address in addresses if address not in up)
    home = None if _given(settings) else settings.broker_home
    state = f"serves, but not {down}" if up and down else "serves" if up else "does not answer"
    _say(settings.broker, home, state, json)
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
        to_people().print(f"{address}: {state}" + (f" ({home})" if home else ""), soft_wrap=True)
    return Exit.DONE
