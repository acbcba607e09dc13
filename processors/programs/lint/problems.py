"""One thing that is wrong in a program file, by its place in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processors.programs.model import ProgramFile, Version

Place = tuple[str | int, ...]
"""The keys that lead to it, from the top of the file."""


class Problem(NamedTuple):
    """What is wrong, and what to do."""

    id: str
    place: Place
    text: str


def versions_of(file: ProgramFile) -> Iterator[tuple[Place, Version]]:
    """Each version, with its place."""
    for name, version in file.versions.items():
        yield ("versions", name), version


def listed(names: object) -> str:
    """Names that are known, for the end of a sentence."""
    known = ", ".join(str(name) for name in names)  # type: ignore[attr-defined]  # any iterable
    return known or "none"
