"""YAML 1.2 with its places: reading a file, plain values, and where each word stands."""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING, cast

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, ReusedAnchorWarning

from processors.programs.findings import Finding, ProgramError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from ruamel.yaml.nodes import ScalarNode

TAB = "\\t"
OPEN_ENDED = ("flow mapping", "flow sequence", "quoted scalar")
"""What was opened and never closed is reported where it was opened."""


class _Constructor(RoundTripConstructor):
    """Dates stay text: YAML 1.2 has none, and the language says what is one."""

    def date(self, node: ScalarNode, values: object = None) -> str:  # noqa: ARG002 - ruamel's form
        return str(node.value)


_Constructor.add_constructor("tag:yaml.org,2002:timestamp", _Constructor.date)


def parse(path: Path, file: str = "") -> CommentedMap:
    """The tree of a file, with its places. Raises ProgramError, whose findings name `file`."""

    def wrong(line: int, column: int, problem: str, rule: str = "language") -> ProgramError:
        return ProgramError(path, [Finding(line, column, "", problem, rule, file)])

    yaml = YAML(typ="rt", pure=True)
    yaml.version = (1, 2)
    yaml.Constructor = _Constructor
    try:
        text = path.read_text("utf-8")
        with warnings.catch_warnings():
            warnings.simplefilter("error", ReusedAnchorWarning)
            tree = yaml.load(text)
    except MarkedYAMLError as bad:
        raise wrong(*_culprit(bad, text), "yaml") from None
    except ReusedAnchorWarning as bad:
        *_, (line, column) = re.findall(r"line (\d+), column (\d+)", str(bad))
        problem = "is no YAML that can be read in one way: an anchor with a name that is taken"
        raise wrong(int(line), int(column), problem, "yaml") from None
    except (AttributeError, RecursionError):
        problem = "is no YAML that can be read: an alias (`*name`) leads back to what it stands in"
        raise wrong(1, 1, problem, "yaml") from None
    except (OSError, UnicodeDecodeError) as bad:
        raise wrong(1, 1, f"cannot be read: {bad}") from None
    if not isinstance(tree, CommentedMap):
        raise wrong(1, 1, "must be a map that starts with `program:`")
    return tree


def _culprit(bad: MarkedYAMLError, text: str) -> tuple[int, int, str]:
    """Where a mistake probably is, which may be above where reading stopped, and what to do."""
    mark = bad.problem_mark or bad.context_mark
    said = str(bad.problem or bad.context).split("\n")[0]
    line, column = (mark.line, mark.column) if mark is not None else (0, 0)
    opened = bad.context_mark
    lines = text.splitlines()
    if "duplicate key" in said:
        said = f"{said.split(' with value')[0]}: a key stands once in a map; leave one out"
    elif "token" in said and TAB in said:
        said = "a tab; indent with spaces"
    elif open_quote := _open_quote(lines, line):
        (line, column), said = open_quote, "a quote is opened in this line and never closed"
    elif opened is not None and any(word in str(bad.context) for word in OPEN_ENDED):
        line, column = opened.line, opened.column
        said = f"what begins here is not closed, or a comma is missing in it ({said})"
    elif "mapping values" in said and (before := _without_colon(lines, line)) is not None:
        line, column, said = before, 0, "a key without a colon"
    elif "mapping values" in said:
        said = "a colon inside a value: put the value in quotes, or mend the indent"
    elif "block end" in said or "simple key" in said or "block mapping" in said:
        said = f"the indent does not line up with the lines above, or a colon is missing ({said})"
    return line + 1, column + 1, f"is no YAML: {said}"


def _open_quote(lines: Sequence[str], line: int) -> tuple[int, int] | None:
    """The nearest line above, or this one, whose double quotes do not pair up."""
    for number in range(min(line, len(lines) - 1), max(-1, line - 4), -1):
        code = lines[number].partition(" #")[0]
        if code.replace('\\"', "").count('"') % 2:
            return number, code.rindex('"')
    return None


def _without_colon(lines: Sequence[str], line: int) -> int | None:
    """The line above, if it is a word alone."""
    for number in range(line - 1, -1, -1):
        code = lines[number].partition("#")[0].strip()
        if code:
            return None if ":" in code or code[0] in "-[{" else number
    return None


def plain(node: object) -> object:
    """Plain values; figures as they were written, so that 1.10 stays exact."""
    if isinstance(node, CommentedMap):
        return {str(key): plain(value) for key, value in node.items()}
    if isinstance(node, CommentedSeq):
        return [plain(value) for value in node]
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
    for node, part in _steps(tree, place):
        if isinstance(node, CommentedMap):
            line, column = _key(node, part)
        else:
            line, column = cast("tuple[int, int]", cast("CommentedSeq", node).lc.item(part))
    return line + 1, column + 1


def depth(tree: object, place: Sequence[str | int]) -> int:
    """How many parts of a place a tree has."""
    return len(list(_steps(tree, place)))


def nulls(
    tree: object, place: Sequence[str | int], names: AbstractSet[str]
) -> Iterator[tuple[str | int, ...]]:
    """Places below one at which a key of one of these names stands with null."""
    node = tree
    for part in place:
        key = _known(node, part)
        if key is None:
            return
        node = node[key]  # type: ignore[index]  # a map or a list that has it
    for key, value in node.items() if isinstance(node, CommentedMap) else ():
        if value is None and str(key) in names:
            yield (*place, str(key))
        yield from nulls(tree, (*place, str(key)), names)


def _steps(tree: object, place: Sequence[str | int]) -> Iterator[tuple[object, str | int]]:
    node = tree
    for part in place:
        key = _known(node, part)
        if key is None:
            return
        yield node, key
        node = node[key]  # type: ignore[index]  # a map or a list that has it


def _known(node: object, part: str | int) -> str | int | None:
    """The part as the tree has it: a key that YAML reads as a number is a name to us."""
    if isinstance(node, CommentedMap):
        return next((key for key in node if key == part or str(key) == part), None)
    if isinstance(node, CommentedSeq) and isinstance(part, int) and part < len(node):
        return part
    return None


def _key(node: CommentedMap, part: str | int) -> tuple[int, int]:
    """Where a key is written: in this map, or in one that is merged into it by `<<`."""
    while part not in (node.lc.data or {}):
        merged = next((other for other in node.merge if part in other), None)
        if merged is None:
            return cast("tuple[int, int]", (node.lc.line, node.lc.col))
        node = merged
    return cast("tuple[int, int]", node.lc.key(part))
