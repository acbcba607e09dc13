"""Snapshots that are behind: what the last runs saved is not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.partition.head import HEAD_KEY
from processors.partition.records import SNAPSHOTS

if TYPE_CHECKING:
    from processors.topology import Topology


def lose_snapshots(topology: Topology, runs: int) -> None:
    """Take away what so many last runs of each partition saved, and recover it."""
    for number, log in enumerate(topology.logs[SNAPSHOTS]):
        heads = [record.offset for record in log.read() if record.key == HEAD_KEY]
        del log.records[heads[-runs - 1] + 1 :]
        topology.restart(number)
