"""Where local brokers listen: where they did before, if they can, and at no port of clients."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from processors.runtime.broker.config import HOST
from processors.runtime.faults import Fault
from processors.runtime.ports import bindable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

PORTS = range(19092, 32000, 7)
"""Below the ephemeral range: a client that dials a free port there can meet itself."""
EACH = 2
"""A broker takes two: the next one is its controller's."""


def chosen(
    home: Path, asked: Sequence[int] | None, running: Sequence[int | None]
) -> tuple[int, ...]:
    """The ports that are asked for, else those used before, else free ones. Raises Fault.

    A broker that runs has the port it has.
    """
    others = free_ports()
    ports: list[int] = []
    for there, port in zip(running, asked or kept(home) or [0] * len(running), strict=True):
        usable = bool(port) and free(port)
        if asked and there is None and not usable:
            raise _taken(str(port))
        ports.append(there or (port if usable else next(others)))
    (home / "port").write_text(",".join(map(str, ports)), "utf-8")
    return tuple(ports)


def kept(home: Path) -> list[int]:
    """The ports that the brokers of `home` listened at last."""
    try:
        return [int(port) for port in (home / "port").read_text("utf-8").split(",")]
    except (OSError, ValueError):
        return []


def address(home: Path) -> str | None:
    """Where the brokers of `home` listen, or did last, separated by commas."""
    return ",".join(f"{HOST}:{port}" for port in kept(home)) or None


def free_ports() -> Iterator[int]:
    """Ports that are free, each with the next one. Raises Fault when there is none left."""
    start_at = os.getpid() % len(PORTS)
    for port in [*PORTS[start_at:], *PORTS[:start_at]]:
        if free(port):
            yield port
    raise _taken(f"each from {PORTS[0]} to {PORTS[-1]}")


def free(port: int) -> bool:
    """True if the port is free, and the next, where the controller listens."""
    return all(bindable(HOST, port + place) for place in range(EACH))


def _taken(ports: str) -> Fault:
    return Fault(
        f"port {ports}, or the next, is taken by another process",
        "Stop what listens there, or choose another port with --port.",
    )
