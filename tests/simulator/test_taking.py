"""A worker that starts after a long silence finds less than the last one has published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.faults import fault
from tests.simulator.plan import Plan
from tests.simulator.run import played
from tests.simulator.taking import compact, expire
from tests.simulator.world import World

if TYPE_CHECKING:
    from collections.abc import Callable

QUARTER_SECONDS = 91 * 86_400.0


def struck(world: World, take: Callable[[], int]) -> int:
    """Kill the worker at a commit, again and again, and take something away. Returns how much."""
    taken = 0

    def strike() -> None:
        world.kill(0, 1.0)
        world.later(0.5, takes)

    def takes() -> None:
        nonlocal taken
        taken += take()

    for _ in range(8):
        world.at_step(0, "EndTxn", 1, strike)
    assert not played(world).failure
    return taken


@fault("F51", checks="O4 V5 L1")
def test_a_balance_that_was_compacted_does_not_come_back() -> None:
    """Behind the newer one it would be the latest, and the newer one would be compacted."""
    world = World(Plan(1, 1, 1, 1, 80, 4, run_records=20, seconds=30.0, burst_at=0.0))
    assert struck(world, lambda: compact(world))


@fault("F21", checks="O4 V5 L1")
def test_a_notice_that_grew_too_old_is_not_published_again() -> None:
    """Nobody remembers its id after a quarter: it would be told once more."""
    world = World(Plan(1, 1, 1, 1, 80, run_records=20, seconds=30.0, burst_at=0.0))

    def quarter() -> int:
        world.loop.epoch += QUARTER_SECONDS
        return expire(world, "notices")

    assert struck(world, quarter)
