"""Who writes to a ledger without being its writer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.simulator.log import batch_of

if TYPE_CHECKING:
    from tests.simulator.world import World


def write_again(world: World) -> None:
    """Each partition's last committed record once more, by a client that no transaction binds."""
    for number in range(world.settings.partitions):
        log = world.cluster.log((world.settings.names.of("ledger"), number))
        for last in list(log.committed())[-1:]:
            _, offset = log.append(batch_of([(last.timestamp, last.key, last.value, ())]), None)
            world.watch.strangers.add((number, offset))
    world.cluster.news()
