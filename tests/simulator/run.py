"""Run a plan, and say how it went."""

from __future__ import annotations

import gc
import logging
import traceback
from typing import NamedTuple

import structlog

from tests.demo.checking import Found, _take, differences
from tests.model.book import Book
from tests.simulator.checks import verified
from tests.simulator.loop import simulated
from tests.simulator.plan import Plan, plan_of
from tests.simulator.world import World
from tests.story.story import END

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
    world = World(plan)
    failure = ""
    if not verbose:
        logging.disable(logging.CRITICAL)
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    gc.disable()
    try:
        with simulated(world.loop):
            world.loop.run_until_complete(world.run())
            wrong = judge(world)
            failure = "; ".join(wrong[:5])
    except AssertionError as error:
        failure = f"{type(error).__name__}: {error}" if str(error) else traceback.format_exc()
    finally:
        world.loop.bury()
        logging.disable(logging.NOTSET)
        structlog.reset_defaults()
        gc.enable()
    cluster = world.cluster
    now, records = world.loop.now, world.watch.records
    return Result(plan.seed, failure, cluster.trace, now, cluster.requests, records)


def judge(world: World) -> list[str]:
    """What is wrong in the end, by the checker and by the independent model."""
    settings = world.settings
    report = verified(world.cluster, settings.names, settings.partitions)
    if not report.holds:
        return [f"verify: {finding}" for finding in report.findings[:5]]
    book = Book()
    book.play(world.story.facts, END)
    found = Found()
    for role in ROLES:
        for log in world.cluster.topics[settings.names.of(role)]:
            for record in log.committed():
                _take(found, role, record.key, record.value, record.headers)
    return differences(settings, world.story, book, found)


def run_seed(seed: int) -> Result:
    """Run the plan of a seed."""
    return run(plan_of(seed))
