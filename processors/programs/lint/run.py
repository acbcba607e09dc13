"""All checks over one file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.programs.lint import (
    caps,
    earning,
    lots,
    names,
    promotions,
    rewards,
    rounding,
    tiers,
    versions,
)
from processors.programs.lint.catalogue import PAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from processors.programs.lint.problems import Problem
    from processors.programs.model import ProgramFile

CHECKS: tuple[Callable[[ProgramFile], Iterator[Problem]], ...] = (
    versions.check,
    names.check,
    tiers.check,
    promotions.check,
    earning.check,
    caps.check,
    rounding.check,
    lots.check,
    rewards.check,
)


def errors(file: ProgramFile) -> list[Problem]:
    """What makes a program unusable."""
    return [problem for problem in _all(file) if PAGES[problem.id].error]


def warnings(file: ProgramFile) -> list[Problem]:
    """What is surely or probably not meant, and is not accepted in the file."""
    return [
        problem
        for problem in _all(file)
        if not PAGES[problem.id].error and problem.id not in file.accepts
    ]


def _all(file: ProgramFile) -> Iterator[Problem]:
    for check in CHECKS:
        yield from check(file)
