"""Ports of this machine: which are free, and taking one."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

BACKLOG = 128


def bindable(host: str, port: int) -> bool:
    """True if nobody listens there, and we may."""
    taken = listen(host, [port])
    if taken is not None:
        taken.close()
    return taken is not None


def listen(host: str, ports: Iterable[int]) -> socket.socket | None:
    """A socket that listens on the first of these ports that is free; None if none is."""
    for port in ports:
        ours = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            ours.bind((host, port))
            ours.listen(BACKLOG)
        except OSError:
            ours.close()
        else:
            return ours
    return None
