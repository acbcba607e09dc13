"""All checks over one file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.programs.lint import (
    accounting,
    alone,
    caps,
    earning,
    expressions,
    facts,
    idle,
    lots,
    names,
    nothing,
    oddities,
    promotions,
    rewards,
    rounding,
    slips,
    spans,
    tables,
    tiers,
    versions,
)
from processors.programs.lint.catalogue import PAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from processors.programs.lint.problems import Problem
    from processors.programs.model import ProgramFile

FIRST: tuple[Callable[[ProgramFile], Iterator[Problem]], ...] = (
    versions.check,
    names.check,
    tiers.check,
    promotions.check,
    rewards.forms,
    expressions.check,
    slips.check,
)
"""What can be asked of any file."""
THEN: tuple[Callable[[ProgramFile], Iterator[Problem]], ...] = (
    names.places,
    earning.check,
    tables.check,
    caps.check,
    rounding.check,
    spans.check,
    lots.check,
    rewards.check,
    rewards.never_open,
    accounting.check,
    idle.check,
    alone.check,
    facts.check,
    nothing.check,
    oddities.check,
)
"""What can be asked once all names are known."""


def errors(file: ProgramFile) -> list[Problem]:
    """What makes a program unusable."""
    found = _errors(file, FIRST)
    return found or _errors(file, THEN)


def warnings(file: ProgramFile) -> list[Problem]:
    """What is surely or probably not meant, in a program that can be used."""
    return [problem for check in (*FIRST, *THEN) for problem in check(file)]


def _errors(
    file: ProgramFile, checks: tuple[Callable[[ProgramFile], Iterator[Problem]], ...]
) -> list[Problem]:
    return [problem for check in checks for problem in check(file) if PAGES[problem.id].error]
