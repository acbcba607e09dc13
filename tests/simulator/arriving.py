"""What arrives in a simulated world from outside: the story's events, and that it is over."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from processors.routing import partition_of
from processors.runtime.clock import command
from schemas.aliases import normalise
from schemas.transfers import ENCODER
from tests.simulator.log import batch_of
from tests.story.story import END

if TYPE_CHECKING:
    from tests.simulator.log import Log
    from tests.simulator.world import World

STUMBLING = 77
"""The producer id of inputs that are aborted."""


async def arrive(world: World) -> None:
    """The story's events arrive, evenly over most of the time."""
    plan, names = world.plan, world.settings.names
    pace = plan.seconds * 0.8 / len(world.story.records)
    if plan.burst_at >= 0:
        await asyncio.sleep(plan.burst_at)
        pace = 0.0
    for raw in world.story.records:
        home = partition_of(normalise(raw.key), plan.partitions)
        number = (home + 1) % plan.partitions if raw.stray else home
        one = (raw.timestamp_ms, raw.key.encode(), raw.value, raw.headers)
        log = world.cluster.log((names.input_prefix + raw.topic, number))
        if plan.gaps:
            _stumble(world, log)
        log.append(batch_of([one]), None)
        if pace:
            world.cluster.news()
            await asyncio.sleep(pace)
    world.cluster.news()


def _stumble(world: World, log: Log) -> None:
    """A producer of inputs aborts a transaction: what nobody must read, and a marker."""
    if world.loop.chance.random() < 0.3:
        wrong = (0, b"shop-0", b"{}", ())
        log.append(batch_of([wrong], pid=STUMBLING, sequence=world.stumbled), None)
        world.stumbled += 1
        log.mark(STUMBLING, 0, 0, commit=False)


def tell(world: World) -> None:
    """Tell every partition that the story is over."""
    instant = int(END.timestamp()) * 1_000_000
    said = (instant // 1000, b"clock", ENCODER.encode(command(instant)), ())
    for log in world.cluster.topics[world.settings.names.of("transfers")]:
        log.append(batch_of([said]), None)
    world.cluster.news()
