"""Errors for people: what is wrong, and what to do. One screen, exit code not 0."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of every command."""

    DONE = 0
    FAILED = 1
    """Checks ran, and some failed."""
    USAGE = 2
    """Wrong use, or a file that cannot be read."""
    DIFFERENT = 3
    """A verification found a difference."""
    UNREACHABLE = 4
    """The broker, or what must lie on it, is not there."""
    BROKEN = 5
    """An invariant of ours failed."""


class Fault(Exception):  # noqa: N818 - it names what happened
    """Something outside is not as it must be."""

    def __init__(self, problem: str, advice: str, code: Exit = Exit.UNREACHABLE) -> None:
        super().__init__(problem)
        self.problem = problem
        self.advice = advice
        self.code = code


class Away(Fault):
    """No broker answers, or one stopped doing so: it may be back when somebody asks again."""
