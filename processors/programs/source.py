"""Program files as they are written, and what they extend.

`extends` names a file that this one is a variant of; in a version it names another version. Maps
are merged key by key, anything else replaces what it extends, and null takes a key away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from processors.programs.findings import Finding, ProgramError
from processors.programs.yaml import depth, nulls, parse, plain, position

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from ruamel.yaml.comments import CommentedMap

EXTENDS, VERSIONS = "extends", "versions"
Values = dict[str, object]
Where = tuple[str | int, ...]


class Place(NamedTuple):
    """A line and column, counted from 1, of a file."""

    file: str
    line: int
    column: int


class Added(NamedTuple):
    """A key that an extension adds to a map, beside those that the map had."""

    place: Where
    beside: tuple[str, ...]


class Source:
    """A program file and the files that it extends, itself first."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._layers = [(path, parse(path))]
        self._added: list[Added] = []
        while EXTENDS in self._layers[-1][1]:
            self._layers.append(self._base(*self._layers[-1]))
        merged: object = {}
        for _, tree in reversed(self._layers):
            own = _without(plain(tree), EXTENDS)
            self._added += _added(merged, own, ()) if merged else ()
            merged = _merged(merged, own)
        self.values = cast("Values", merged)
        self._parents: dict[str, str] = {}
        self._resolve_versions()

    def added(self) -> list[Added]:
        """Keys that files and versions add to what they extend."""
        return self._added

    def _base(self, path: Path, tree: CommentedMap) -> tuple[Path, CommentedMap]:
        base = path.parent / str(tree[EXTENDS])
        known = {layer.resolve() for layer, _ in self._layers}
        problem = "extends itself" if base.resolve() in known else ""
        if not problem and not base.is_file():
            problem = f"there is no file {base}; it is looked for beside {path.name}"
        if problem:
            line, column = position(tree, (EXTENDS,))
            found = Finding(line, column, EXTENDS, problem, file=self._name(path))
            raise ProgramError(self.path, [found])
        return base, parse(base, str(base))

    def _name(self, path: Path) -> str:
        return "" if path == self.path else str(path)

    def _resolve_versions(self) -> None:
        versions = self.values.get(VERSIONS)
        if not isinstance(versions, dict):
            return
        for name, version in versions.items():
            if isinstance(version, dict) and version.get(EXTENDS) is not None:
                self._parents[name] = str(version[EXTENDS])
        whole = {name: self._whole(name, versions, ()) for name in versions}
        for name, parent in self._parents.items():
            own = _without(versions[name], EXTENDS)
            self._added += _added(whole[parent], own, (VERSIONS, name))
        self.values = {**self.values, VERSIONS: whole}

    def _whole(self, name: str, versions: Values, passed: tuple[str, ...]) -> object:
        """A version with all that it extends."""
        parent = self._parents.get(name)
        own = _without(versions[name], EXTENDS)
        if parent is None:
            return own
        if parent not in versions or parent in (*passed, name):
            known = ", ".join(str(other) for other in versions if other != name) or "none"
            problem = f"there is no version {parent}; known are {known}"
            problem = "extends itself" if parent in versions else problem
            place = (VERSIONS, name, EXTENDS)
            file, line, column = self.position(place)
            raise ProgramError(
                self.path, [Finding(line, column, ".".join(place), problem, file=file)]
            )
        return _merged(self._whole(parent, versions, (*passed, name)), own)

    def position(self, place: Sequence[str | int]) -> Place:
        """Where a place is written: in this file, or in what it extends; or the nearest above."""
        path, tree, candidate = self._written(place)
        return Place(self._name(path), *position(tree, candidate))

    def extension(self, place: Sequence[str | int]) -> tuple[int, int]:
        """Where this file goes on with what it extends, as near to a place as it comes."""
        own = self._layers[0][1]
        nearest = max(self._candidates(place), key=lambda candidate: depth(own, candidate))
        return position(own, nearest if depth(own, nearest) else (EXTENDS,))

    def removal(self, place: Sequence[str | int]) -> tuple[Place, Where] | None:
        """Where a name is taken away (null) that a place in what is extended still has."""
        names = {str(place[-1]), str(self._value(place))}
        home = self._written(place)
        for path, tree in self._layers:
            for candidate in self._candidates(place):
                if (path, candidate) == (home[0], home[2]):
                    return None
                for gone in nulls(tree, candidate[:2], names):
                    return Place(self._name(path), *position(tree, gone)), gone
        return None

    def _value(self, place: Sequence[str | int]) -> object:
        node: object = self.values
        for part in place:
            node = node[part]  # type: ignore[index]  # a place that has been read
        return node

    def _written(
        self, place: Sequence[str | int]
    ) -> tuple[Path, CommentedMap, Sequence[str | int]]:
        found = [
            (depth(tree, candidate), path, tree, candidate)
            for candidate in self._candidates(place)
            for path, tree in self._layers
        ]
        deepest = max(reach for reach, *_ in found)
        return next(entry[1:] for entry in found if entry[0] == deepest)

    def _candidates(self, place: Sequence[str | int]) -> Iterator[Sequence[str | int]]:
        """The place itself, then the same one in each version that its version extends."""
        yield place
        below = 2
        if len(place) < below or place[0] != VERSIONS:
            return
        passed = [str(place[1])]
        while (parent := self._parents.get(passed[-1])) is not None and parent not in passed:
            passed.append(parent)
            yield (VERSIONS, parent, *place[below:])


def _without(node: object, key: str) -> object:
    return {k: v for k, v in node.items() if k != key} if isinstance(node, dict) else node


def _merged(base: object, own: object) -> object:
    if not isinstance(base, dict) or not isinstance(own, dict):
        return own
    names = [*base, *(name for name in own if name not in base)]
    merged = {
        name: _merged(base.get(name), own[name]) if name in own else base[name] for name in names
    }
    return {name: value for name, value in merged.items() if value is not None or name not in base}


def _added(base: object, own: object, place: Where) -> Iterator[Added]:
    if not isinstance(base, dict) or not isinstance(own, dict):
        return
    for name, value in own.items():
        here = (*place, name)
        if name not in base:
            yield Added(here, tuple(base))
        else:
            yield from _added(base[name], value, here)
