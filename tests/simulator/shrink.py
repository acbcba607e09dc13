"""A shorter schedule that still fails: delta debugging over the list of faults."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulator.plan import Plan

MOST_RUNS = 80


def shrunk(plan: Plan, fails: Callable[[Plan], bool]) -> Plan:
    """The plan with as few faults as still make it fail, within a bound of runs."""
    left, runs, parts = plan.faults, 0, 2
    while left and runs < MOST_RUNS:
        size = max(1, len(left) // parts)
        for start in range(0, len(left), size):
            fewer = left[:start] + left[start + size :]
            runs += 1
            if fails(plan.without(fewer)):
                left, parts = fewer, max(2, parts - 1)
                break
        else:
            if size == 1:
                break
            parts = min(len(left), parts * 2)
    return plan.without(left)
