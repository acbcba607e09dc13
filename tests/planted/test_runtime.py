"""Each planted defect of the runtime is seen by the simulator, and without it nothing is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.planted.runtime import RUNTIME
from tests.simulator.faults import Fault
from tests.simulator.plan import Plan
from tests.simulator.run import run

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    Bug = Callable[[], AbstractContextManager[None]]

DENIED = [Fault(2.0, "too large", 0, "balances", number, 4.0) for number in (0, 1)]
"""One topic takes nothing for a while, and the others do."""
HEIR = [Fault(3.0, "pause at", 0, "Produce", 2, 4.0), Fault(5.0, "stop", 1, "", 1, 0.5)]
CUT = [Fault(1.0, "kill at", 0, "Produce", count, 0.1) for count in (1, 2, 3)]
LATE = [Fault(1.0 + n / 3, "orphan", 0, "EndTxn", 1, 2.0 + n % 5 * 0.7) for n in range(25)]
LATE += [Fault(1.0 + n * 0.7, "no leader", 0, "ledger", 0, 0.4) for n in range(14)]
"""Commits outlive their connections, and come while a run is half-written."""
EXHAUSTED = [Fault(2.0 + n, "exhaust", n % 2, "", n) for n in range(1, 8)]
RESET = [Fault(at, kind, 0, "", 0, 0.1) for at in (8.0, 12.0) for kind in ("offsets", "kill")]
"""Somebody moves the group's offsets ahead, and a worker starts anew."""
SHOWN = {
    "a_commit_may_come_twice": [
        Plan(seed, seed + 1, 1, 1, 40, run_records=1, seconds=12.0, faults=tuple(LATE))
        for seed in range(3)
    ],
    "a_run_that_failed_half_way_is_gone_on_with": [
        Plan(seed, 1, 2, 2, 80, seconds=14.0, run_records=5, faults=tuple(EXHAUSTED))
        for seed in range(4)
    ],
    "group_offsets_are_trusted": [Plan(1, 1, 1, seconds=20.0, faults=tuple(RESET))],
    "no_append_is_looked_at": [
        Plan(seed, 1, 2, run_records=1, seconds=16.0, faults=tuple(HEIR)) for seed in range(6)
    ],
}
"""Where a defect needs faults of its own."""
USUAL = [
    Plan(1, 3, 2, 2, 60, run_records=4, cached_accounts=1, seconds=14.0, faults=tuple(faults))
    for faults in ((*DENIED, *CUT), DENIED, CUT, HEIR)
]


def plans(bug: Bug) -> list[Plan]:
    """The runs in which a defect must show."""
    return SHOWN.get(bug.__name__, USUAL)


@pytest.mark.parametrize("bug", RUNTIME, ids=lambda bug: bug.__name__)
def test_a_planted_defect_is_seen(bug: Bug) -> None:
    """At least one of a few runs fails with it."""
    for plan in plans(bug):
        with bug():
            if run(plan).failure:
                return
    pytest.fail("nothing was seen")


@pytest.mark.parametrize("plan", [*USUAL, *(p for some in SHOWN.values() for p in some)], ids=str)
def test_without_a_defect_nothing_is_seen(plan: Plan) -> None:
    """The same runs hold when the code is as it is."""
    assert not run(plan).failure
