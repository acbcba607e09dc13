"""One thing that is wrong in a program file, by its place in it."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

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


def listed(names: Iterable[object]) -> str:
    """Names that are known, for the end of a sentence."""
    return ", ".join(str(name) for name in names) or "none"


def instead(name: str, known: Sequence[str], otherwise: str = "") -> str:
    """What was probably meant, or all that is known."""
    near = get_close_matches(name, known, 1)
    return f"did you mean {near[0]}?" if near else otherwise or f"known are {listed(known)}"


def dotted(place: Place) -> str:
    """A place as findings print it."""
    return ".".join(str(part) for part in place)


def unaccepted(problems: Iterable[Problem], file: ProgramFile) -> Iterator[Problem]:
    """What the file does not accept, and what it accepts without need."""
    used: set[tuple[str, str]] = set()
    for problem in problems:
        accepted = file.accepts.get(problem.id, {})
        names = [dotted(problem.place)]
        if problem.place[0] == "versions":
            names.append(dotted(problem.place[2:]))
        found = {(problem.id, name) for name in names if name in accepted}
        used |= found
        if not found:
            yield problem
    for finding, places in file.accepts.items():
        for place in places:
            if (finding, place) not in used:
                text = f"nothing is found at {place}: take it out, or name the finding's own place"
                yield Problem("accepts-nothing", ("accepts", finding, place), text)
