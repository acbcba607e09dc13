"""Whole workers under seeded faults: a fixed set of seeds, some new ones, and their replay."""

from __future__ import annotations

import json
import secrets

from tests.simulator.apart import simulator
from tests.simulator.faults import Fault
from tests.simulator.plan import Plan, plan_of
from tests.simulator.shrink import shrunk

FIXED = 60
FRESH = 20


def test_nothing_is_lost_and_nothing_double_under_a_fixed_set_of_seeds() -> None:
    """Safety while things go wrong, convergence when they are healed, equality with the model."""
    done = simulator("--seeds", str(FIXED))
    assert done.returncode == 0, done.stdout + done.stderr


def test_seeds_that_nobody_has_tried_hold_as_well() -> None:
    """What fails is printed with the command that runs it again."""
    start = secrets.randbelow(1_000_000_000)
    print(f"make simulate SEEDS={FRESH} SEED_START={start}")
    done = simulator("--seeds", str(FRESH), "--start", str(start))
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_seed_replays_request_by_request() -> None:
    """Two processes run one seed: every request comes at the same simulated instant."""
    runs = [json.loads(simulator("--seeds", "1", "--start", "3").stdout) for _ in range(2)]
    assert runs[0] == runs[1]
    assert runs[0]["requests"] > 100
    assert json.loads(simulator("--seeds", "1", "--start", "4").stdout)["trace"] != runs[0]["trace"]


def test_a_plan_survives_being_written_down() -> None:
    """A schedule that was printed is the one that is replayed."""
    plan = plan_of(7)
    assert Plan.load(plan.dump()) == plan
    assert plan_of(7) == plan


def test_a_schedule_is_shrunk_to_what_matters() -> None:
    """Of many faults the two that fail together are left."""
    faults = tuple(Fault(float(number), "kill", number) for number in range(9))
    guilty = {faults[2], faults[6]}
    left = shrunk(Plan(0, faults=faults), lambda plan: guilty <= set(plan.faults))
    assert set(left.faults) == guilty
