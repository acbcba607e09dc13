"""Findings: where something is not as it must be, and what was expected there."""

from __future__ import annotations

from typing import NamedTuple

MOST_OF_A_KIND = 25
"""One broken link makes thousands of differences; beyond this they are only counted."""


class Place(NamedTuple):
    """Where a record lies; offset -1 where none lies."""

    topic: str
    partition: int
    offset: int


class Finding(NamedTuple):
    """One difference."""

    id: str
    place: Place
    what: str
    expected: str


class Findings:
    """The findings of a run, the first ones of each kind in full and the others counted."""

    def __init__(self) -> None:
        self.kept: list[Finding] = []
        self.counts: dict[str, int] = {}

    def add(self, name: str, place: Place, what: str, expected: str) -> None:
        """Note a difference."""
        count = self.counts.get(name, 0)
        self.counts[name] = count + 1
        if count < MOST_OF_A_KIND:
            self.kept.append(Finding(name, place, what, expected))

    def __len__(self) -> int:
        return sum(self.counts.values())
