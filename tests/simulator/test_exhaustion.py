"""A worker that has no memory left."""

from __future__ import annotations

import pytest

from processors.runtime.faults import Exit
from tests.faults import fault
from tests.simulator.faults import Fault
from tests.simulator.plan import Plan
from tests.simulator.run import played
from tests.simulator.world import World


@fault("F06", checks="O1 O4 V1 V3 L1")
@pytest.mark.parametrize("seed", range(3))
def test_memory_ends_in_the_midst_of_a_run(seed: int) -> None:
    """The worker ends, and who comes next decides the run as if it had never been begun."""
    ends = [Fault(2.0 + n, "exhaust", n % 2, "", n) for n in range(1, 8)]
    world = World(Plan(seed, 1, 2, 2, 80, seconds=14.0, run_records=5, faults=tuple(ends)))
    assert not played(world).failure
    assert [code for slot in world.slots for code in slot.codes].count(Exit.BROKEN) > 2
