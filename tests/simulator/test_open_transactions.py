"""A producer of inputs leaves its transaction open: what it wrote may never count."""

from __future__ import annotations

from tests.faults import fault
from tests.simulator.log import batch_of
from tests.simulator.plan import Plan
from tests.simulator.run import played
from tests.simulator.scenes import SHORT
from tests.simulator.world import World

SLOW = 78
"""The producer's id."""


@fault("F48", checks="O1 L1")
def test_what_is_not_committed_holds_no_other_topic_up() -> None:
    """What lies behind the last stable offset is not there yet, and nobody waits for it."""
    world = World(Plan(1, 1, 1, 1, 30, seconds=SHORT, run_records=5, burst_at=0.0))
    log = world.cluster.log((world.settings.names.of("activities"), 0))
    log.append(batch_of([(0, b"shop-0", b"{}", ())], pid=SLOW, sequence=0), None)
    decided: list[int] = []

    def give_up() -> None:
        decided.append(world.watch.records)
        log.mark(SLOW, 0, 0, commit=False)
        world.cluster.news()

    world.later(SHORT - 1, give_up)
    assert not played(world).failure
    assert decided[0] >= len(world.story.records)
