"""Rule code that fails at some events."""

from __future__ import annotations

import pytest

from processors.runtime.engine import engine_by
from tests.driver.book import starter
from tests.faults import fault
from tests.simulator.again import decided_otherwise
from tests.simulator.checks import verified
from tests.simulator.faults import Fault
from tests.simulator.plan import Plan
from tests.simulator.run import played
from tests.simulator.world import PACE, World
from tests.story.story import Story

UNFIT = "unfit-"


class Unfit(Story):
    """A story with orders of which the model knows nothing, under members' own names and others."""

    def purchase(self) -> None:
        """An order, and now and then one that rule code cannot take."""
        super().purchase()
        if self.chance.random() < 0.15:
            self._unfit(self.who("spend"))

    def named(self) -> None:
        """An order under a telephone number, and one that rule code cannot take."""
        super().named()
        _, told = self.last[-1]
        if told["subject"].startswith("phone:"):
            self._unfit(told["subject"])

    def _unfit(self, subject: str) -> None:
        data = self.basket() | {"order_id": self.number(UNFIT)}
        self.say(subject, "commerce.purchase.completed", data, counts=False)
        self.expected["dead:undecidable"] += 1


@fault("F44", checks="O1 D2 L1 L3")
@pytest.mark.parametrize("seed", range(3))
def test_rule_code_fails_at_some_events(seed: int) -> None:
    """Each is a dead letter, and all else is as if they had never come, also where workers die."""
    deaths = tuple(Fault(3.0 * n, "kill", n % 2, "", n, 0.2) for n in range(1, 4))
    plan = Plan(seed, 1, 2, 2, 120, seconds=14.0, run_records=5, faults=deaths)
    world = World(plan)
    world.story = Unfit(seed, plan.events, plan.members, pace=PACE)
    for slot in world.slots:
        slot.unfit = UNFIT
    assert not played(world).failure
    assert world.story.expected["dead:undecidable"] > 3
    report = verified(world.cluster, world.settings.names, plan.partitions)
    assert not report.on_the_way, "what was handed on has come to its end"
    for slot in world.slots:
        assert slot.worker is not None
        slot.worker.owner.engine = engine_by(world.settings, starter())
    assert not decided_otherwise(world), "what was set aside stays so in a release that is mended"


@fault("F44", checks="L3")
def test_many_such_events_cost_one_recovery() -> None:
    """The first makes its partition careful: those after it are set aside in passing."""
    plan = Plan(1, 1, 1, 1, 120, seconds=10.0, run_records=5)
    world = World(plan)
    world.story = Unfit(1, plan.events, plan.members, pace=PACE)
    world.slots[0].unfit = UNFIT
    assert not played(world).failure
    assert world.story.expected["dead:undecidable"] > 3
    worker = world.slots[0].worker
    assert worker is not None
    read = worker.owner.telemetry.registry.get_sample_value
    assert read("loyalty_writer_doubts_total") == 1
