"""A stranger writes to the ledger: to who recovers it is nothing, and is not published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.runtime.recovery import recover, unpublished
from tests.faults import fault
from tests.simulator.log import batch_of
from tests.simulator.loop import Process
from tests.simulator.plan import Plan
from tests.simulator.run import lived
from tests.simulator.scenes import SHORT
from tests.simulator.world import World

if TYPE_CHECKING:
    from processors.partition import Batch, Partition


async def opened(world: World) -> tuple[Partition, Batch | None]:
    """What the next worker would begin with, and what it would publish."""
    worker = world.slots[0].worker
    assert worker is not None
    partition = await recover(world.settings, worker.owner.engine, 0)
    return partition, await unpublished(world.settings, partition)


@fault("F04", checks="V3 V4 V5 D2")
def test_what_a_stranger_leaves_in_the_ledger_is_not_published() -> None:
    """It looks like a record of ours, and does not follow from the one before it."""
    world = World(Plan(1, 1, 1, 1, 40, seconds=SHORT, run_records=5))
    with lived(world):
        world.loop.run_until_complete(world.run())
        log = world.cluster.log((world.settings.names.of("ledger"), 0))
        *_, ours = (one for one in log.committed() if b"member_sequence" in (one.value or b""))
        other = (ours.value or b"").replace(b'"member_sequence":', b'"member_sequence":7')
        for value in (ours.value, other):
            log.append(batch_of([(ours.timestamp, ours.key, value, ())]), None)
        partition, batch = world.loop.run_until_complete(
            world.loop.spawn(Process("heir"), opened(world))
        )
    assert batch is None
    assert partition.writer.chain.next_seq == world.watch.records + 1
    assert partition.writer.ledger_offset == log.end
