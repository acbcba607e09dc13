"""Programs change while workers run: one after the other gets the new file, or gets it back.

The new version says what the old one says, so the independent model judges these worlds as well.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from processors.programs.compiler import compile_program
from processors.programs.load import find, read
from processors.runtime.faults import Exit
from schemas.ledger import DECODER
from tests.driver.book import starter
from tests.faults import fault
from tests.simulator.faults import Fault
from tests.simulator.plan import Plan
from tests.simulator.run import played
from tests.simulator.world import World
from tests.story.telling import BEGIN, DAY

if TYPE_CHECKING:
    from datetime import datetime

    from processors.programs.compiled import Program
    from schemas.ledger import LedgerRecord

STARTS = [Fault(at, "stop", int(at) % 2, "", 1, 1.5) for at in (2.0, 5.0, 8.0, 11.0)]
"""One worker after the other goes, and the other one has its partitions until it comes again."""


def newer(begins: datetime) -> Program:
    """The starter program, with a second version from a day on."""
    model = read(find("starter"))
    (first,) = model.versions.values()
    again = first.model_copy(update={"effective_from": begins.date()})
    return compile_program(
        model.model_copy(update={"versions": {**model.versions, "again": again}})
    )


def world_of(seed: int, *turns: tuple[float, int, Program]) -> World:
    """Two workers with the starter program; at some seconds one is meant to have another."""
    plan = Plan(seed, 2, 2, 2, 80, seconds=16.0, run_records=5, faults=tuple(STARTS))
    world = World(plan)
    for at, number, program in turns:
        world.later(at, partial(setattr, world.slots[number], "program", program))
    return world


def records(world: World) -> list[LedgerRecord]:
    """All ledger records."""
    logs = world.cluster.topics[world.settings.names.of("ledger")]
    return [DECODER.decode(one.value or b"") for log in logs for one in log.committed()]


def versions(world: World) -> set[str]:
    """The hashes of all versions that have decided anything."""
    return {one.program_version for one in records(world) if one.program_version is not None}


@fault("F08", checks="O1 O4 V3 D3 L1")
@pytest.mark.parametrize("seed", range(3))
def test_a_version_is_rolled_out_and_back_before_its_first_day(seed: int) -> None:
    """Old and new workers hand partitions to each other, and nobody notices."""
    new = newer(BEGIN + 600 * DAY)
    world = world_of(seed, (2.0, 0, new), (6.0, 1, new), (6.0, 0, starter()), (10.0, 1, starter()))
    assert not played(world).failure
    assert versions(world) == {starter().versions[0].hash}
    causes = [one.cause.type for one in records(world) if one.cause is not None]
    assert "program.changed" in causes, "nobody was told of the day to come"
    assert set().union(*(slot.codes for slot in world.slots)) <= {Exit.DONE}


@fault("F08", checks="O1 O4 V3 L1")
@pytest.mark.parametrize("seed", range(3))
def test_a_worker_that_is_behind_takes_nothing_of_a_version_in_force(seed: int) -> None:
    """It refuses what a version has decided that its file does not know, and says so."""
    new = newer(BEGIN + 6 * DAY)
    ahead, behind = (0.0, 0, new), (0.0, 1, starter())
    world = world_of(seed, ahead, behind, (15.0, 1, new))
    assert not played(world).failure
    assert versions(world) == {version.hash for version in new.versions}
    assert Exit.USAGE in world.slots[1].codes
