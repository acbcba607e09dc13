"""Program files as they are written: YAML 1.2 with its places, and what a file extends.

`extends` names a file that this one is a variant of; in a version it names another version. Maps
are merged key by key, anything else replaces what it extends, and null takes a key away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError

from processors.programs.findings import Finding, ProgramError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

EXTENDS, VERSIONS = "extends", "versions"
Values = dict[str, object]


class Place(NamedTuple):
    """A line and column, counted from 1, of a file."""

    file: str
    line: int
    column: int


class Source:
    """A program file and the files that it extends, itself first."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._layers = [(path, parse(path))]
        while EXTENDS in self._layers[-1][1]:
            self._layers.append(self._base(*self._layers[-1]))
        merged: object = {}
        for _, tree in reversed(self._layers):
            merged = _merged(merged, _without(_plain(tree), EXTENDS))
        self.values = cast("Values", merged)
        self._parents: dict[str, str] = {}
        self._resolve_versions()

    def _base(self, path: Path, tree: CommentedMap) -> tuple[Path, CommentedMap]:
        base = path.parent / str(tree[EXTENDS])
        known = {layer.resolve() for layer, _ in self._layers}
        problem = "extends itself" if base.resolve() in known else ""
        if not problem and not base.is_file():
            problem = f"there is no file {base}"
        if problem:
            line, column = position(tree, (EXTENDS,))
            file = "" if path == self.path else str(path)
            found = Finding(line, column, EXTENDS, problem, file=file)
            raise ProgramError(self.path, [found])
        return base, parse(base)

    def _resolve_versions(self) -> None:
        versions = self.values.get(VERSIONS)
        if not isinstance(versions, dict):
            return
        for name, version in versions.items():
            if isinstance(version, dict) and EXTENDS in version:
                self._parents[name] = str(version[EXTENDS])
        whole = {name: self._whole(name, versions, ()) for name in versions}
        self.values = {**self.values, VERSIONS: whole}

    def _whole(self, name: str, versions: Values, passed: tuple[str, ...]) -> object:
        """A version with all that it extends."""
        parent = self._parents.get(name)
        own = _without(versions[name], EXTENDS)
        if parent is None:
            return own
        if parent not in versions or parent in (*passed, name):
            problem = "extends itself" if parent in versions else f"there is no version {parent}"
            place = (VERSIONS, name, EXTENDS)
            file, line, column = self.position(place)
            raise ProgramError(
                self.path, [Finding(line, column, ".".join(place), problem, file=file)]
            )
        return _merged(self._whole(parent, versions, (*passed, name)), own)

    def position(self, place: Sequence[str | int]) -> Place:
        """Where a place is written: in this file, or in what it extends; or the nearest above."""
        found = [
            (_depth(tree, candidate), path, tree, candidate)
            for candidate in self._candidates(place)
            for path, tree in self._layers
        ]
        deepest = max(depth for depth, *_ in found)
        _, path, tree, candidate = next(entry for entry in found if entry[0] == deepest)
        line, column = position(tree, candidate)
        return Place("" if path == self.path else str(path), line, column)

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


def parse(path: Path) -> CommentedMap:
    """The tree of a file, with its places. Raises ProgramError."""
    yaml = YAML(typ="rt", pure=True)
    yaml.version = (1, 2)
    try:
        tree = yaml.load(path.read_text("utf-8"))
    except MarkedYAMLError as bad:
        mark = bad.problem_mark or bad.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
        problem = f"is no YAML: {bad.problem or bad.context}"
        raise ProgramError(path, [Finding(line, column, "", problem, "yaml")]) from None
    except (OSError, UnicodeDecodeError) as bad:
        raise ProgramError(path, [Finding(1, 1, "", f"cannot be read: {bad}")]) from None
    if not isinstance(tree, CommentedMap):
        problem = "must be a map that starts with `program:`"
        raise ProgramError(path, [Finding(1, 1, "", problem)])
    return tree


def _plain(node: object) -> object:
    """Plain values; figures as they were written, so that 1.10 stays exact."""
    if isinstance(node, CommentedMap):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, CommentedSeq):
        return [_plain(value) for value in node]
    if type(node) is bool or node is None:
        return node
    if isinstance(node, int):
        return int(node)
    if isinstance(node, float):
        return _as_written(node)
    return str(node)


def _as_written(node: float) -> str:
    """A decimal as the file has it: ruamel keeps the width and the places."""
    places = getattr(node, "_prec", None)
    width = getattr(node, "_width", None)
    if places is None or width is None:
        return repr(node)
    return f"{node:.{max(0, width - places - 1)}f}"


def position(tree: object, place: Sequence[str | int]) -> tuple[int, int]:
    """Line and column of a place in the file, or of the nearest one above it."""
    line, column = 0, 0
    node = tree
    for part in place:
        if isinstance(node, CommentedMap) and part in node:
            line, column = _key(node, part)
            node = node[part]
        elif isinstance(node, CommentedSeq) and isinstance(part, int) and part < len(node):
            line, column = cast("tuple[int, int]", node.lc.item(part))
            node = node[part]
        else:
            break
    return line + 1, column + 1


def _key(node: CommentedMap, part: str | int) -> tuple[int, int]:
    """Where a key is written: in this map, or in one that is merged into it by `<<`."""
    while part not in (node.lc.data or {}):
        merged = next((other for other in node.merge if part in other), None)
        if merged is None:
            return cast("tuple[int, int]", (node.lc.line, node.lc.col))
        node = merged
    return cast("tuple[int, int]", node.lc.key(part))


def _depth(tree: object, place: Sequence[str | int]) -> int:
    """How many parts of a place a tree has."""
    node, depth = tree, 0
    for part in place:
        in_map = isinstance(node, CommentedMap) and part in node
        in_list = isinstance(node, CommentedSeq) and isinstance(part, int) and part < len(node)
        if not in_map and not in_list:
            break
        node = node[part]  # type: ignore[index]  # one of the two
        depth += 1
    return depth
