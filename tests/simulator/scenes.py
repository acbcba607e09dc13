"""Worlds in which chosen faults happen, and what is asked of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.simulator.plan import Plan
from tests.simulator.run import played
from tests.simulator.world import World

if TYPE_CHECKING:
    from tests.simulator.faults import Fault

SHORT = 12.0


def held(*faults: Fault, seed: int = 1, **plan: Any) -> World:
    """A world in which these faults happen, and nothing is wrong in the end."""
    usual = {"events": 40, "seconds": SHORT, "run_records": 5} | plan
    world = World(Plan(seed, faults=faults, **usual))
    result = played(world)
    assert not result.failure
    return world


def ledgers(world: World) -> list[list[bytes | None]]:
    """The bytes of every ledger partition."""
    logs = world.cluster.topics[world.settings.names.of("ledger")]
    return [[record.value for record in log.committed()] for log in logs]


def lives(world: World) -> list[int]:
    """How many processes each worker's place has seen."""
    return [slot.life for slot in world.slots]
