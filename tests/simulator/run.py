"""Run a plan, and say how it went."""

from __future__ import annotations

import gc
import logging
import traceback
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import structlog

from tests.demo.checking import Found, _take, differences
from tests.model.book import Book
from tests.simulator.again import decided_otherwise
from tests.simulator.checks import verified
from tests.simulator.loop import simulated
from tests.simulator.plan import Plan, plan_of
from tests.simulator.world import World
from tests.story.story import END

if TYPE_CHECKING:
    from collections.abc import Iterator

ROLES = ("ledger", "balances", "dead_letters", "eligibility", "transfers")


class Result(NamedTuple):
    """How a run went."""

    seed: int
    failure: str
    """Empty if nothing was wrong."""
    trace: int
    """A checksum of all requests and their times; a replay has the same."""
    seconds: float
    """Simulated."""
    requests: int
    records: int


def run(plan: Plan, *, verbose: bool = False) -> Result:
    """Run a plan to its end."""
    return played(World(plan), verbose=verbose)


def played(world: World, *, verbose: bool = False) -> Result:
    """Run a world to its end, and judge it."""
    failure = ""
    try:
        with lived(world, verbose=verbose):
            world.loop.run_until_complete(world.run())
            failure = "; ".join(judge(world)[:5])
    except AssertionError as error:
        failure = f"{type(error).__name__}: {error}" if str(error) else traceback.format_exc()
    cluster, now = world.cluster, world.loop.now
    records = world.watch.records
    return Result(world.plan.seed, failure, cluster.trace, now, cluster.requests, records)


@contextmanager
def lived(world: World, *, verbose: bool = False) -> Iterator[None]:
    """The world's time, and silence; what is left of it in the end is buried."""
    if not verbose:
        logging.disable(logging.CRITICAL)
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    gc.disable()
    try:
        with simulated(world.loop):
            yield
    finally:
        world.loop.bury()
        logging.disable(logging.NOTSET)
        structlog.reset_defaults()
        gc.enable()


def judge(world: World) -> list[str]:
    """What is wrong in the end, by the checker and by the independent model."""
    settings = world.settings
    report = verified(world.cluster, settings.names, settings.partitions)
    if not report.holds:
        return [f"verify: {finding}" for finding in report.findings[:5]]
    if wrong := world.watch.lost() or decided_otherwise(world):
        return wrong
    book = Book()
    book.play(world.story.facts, END)
    found = Found()
    for role in ROLES:
        for log in world.cluster.topics[settings.names.of(role)]:
            for record in log.committed():
                if role != "ledger" or (log.number, record.offset) not in world.watch.strangers:
                    _take(found, role, record.key, record.value, record.headers)
    return differences(settings, world.story, book, found)


def run_seed(seed: int) -> Result:
    """Run the plan of a seed."""
    return run(plan_of(seed))
