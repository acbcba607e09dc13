"""What workers say while everything goes wrong, as far as it is about people: nothing."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from tests.faults import fault
from tests.simulator.faults import Fault
from tests.simulator.plan import Plan
from tests.simulator.run import played
from tests.simulator.scenes import SHORT
from tests.simulator.world import World

DENIED = Fault(2.0, "too large", 0, "balances", 0, 3.0)
ENDS = Fault(6.0, "exhaust", 0, "", 3)
CUT = Fault(8.0, "kill at", 0, "Produce", 2, 0.1)


@fault("F06", checks="O1 L1")
@pytest.mark.parametrize("seed", range(2))
def test_no_line_names_a_member(seed: int) -> None:
    """Neither one about an input, nor one about a doubt, nor one about an error."""
    faults = (DENIED, ENDS, CUT)
    world = World(Plan(seed, 1, 1, 1, 80, seconds=SHORT, run_records=5, faults=faults))
    with capture_logs() as lines:
        assert not played(world, verbose=True).failure
    told = [repr(line) for line in lines]
    assert {"doubt", "broken", "dead_lettered"} <= {line["event"] for line in lines}
    keys = {raw.key for raw in world.story.records if raw.key}
    assert len(keys) > 5
    assert not [(key, line) for line in told for key in keys if key in line]
