"""A worker whose own clock says how late it is, in front of months that nobody has decided yet."""

from __future__ import annotations

from typing import Literal

import pytest

from tests.faults import fault
from tests.simulator.faults import Fault
from tests.simulator.plan import Plan
from tests.simulator.run import played
from tests.simulator.scenes import SHORT, ledgers
from tests.simulator.world import World
from tests.story.story import END


def decided(clock: Literal["wall", "stream"], *faults: Fault) -> list[list[bytes | None]]:
    """The ledger of a story that lies there as a whole before anybody is at work."""
    plan = Plan(1, 1, 1, 1, 80, plain=True, run_records=20, seconds=SHORT, burst_at=0.0)
    world = World(plan.without(faults))
    world.settings = world.settings.model_copy(update={"clock": clock})
    world.loop.epoch = END.timestamp() - 60
    assert not played(world).failure
    return ledgers(world)


@fault("F61", checks="D2 D3 O1 L1")
@pytest.mark.parametrize("count", range(1, 5))
def test_a_backlog_is_not_made_late_by_the_clock(count: int) -> None:
    """Nor by who takes over in its midst, and knows how far it goes before he has any of it."""
    kills = [Fault(0.0, "kill at", 0, "EndTxn", number, 0.1) for number in (count, 1)]
    assert decided("wall", *kills) == decided("stream")


@fault("F60", checks="D2 D3 O1 L1")
def test_clocks_that_differ_decide_the_same() -> None:
    """An hour behind, a minute ahead, a minute behind: what is due does not depend on it."""
    turns = [
        Fault(0.5 + 2 * n, "skew", 0, "", 1, skew) for n, skew in enumerate((-3500.0, 60.0, -60.0))
    ]
    kills = [Fault(turn.at + 0.1, "kill", 0, "", 1, 0.1) for turn in turns]
    assert decided("wall", *turns, *kills) == decided("stream")
