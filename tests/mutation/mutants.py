"""All mutants of a file: texts that differ from it in one place."""

from __future__ import annotations

import ast
from collections import Counter
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

from tests.mutation.operators import CHANGES_NOTHING, Variant, conditions, removable, variants

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Mutant(NamedTuple):
    """In `file`, the bytes from `start` to `end`, which say `was`, would say `now`."""

    id: str
    file: str
    operator: str
    line: int
    lines: tuple[int, ...]
    """Lines that run when the place is run."""
    start: int
    end: int
    was: str
    now: str

    def applied(self, source: bytes) -> bytes:
        """The file with this one change. Raises AssertionError when it is another file by now."""
        assert source[self.start : self.end].decode() == self.was, f"{self.file} has changed"
        return source[: self.start] + self.now.encode() + source[self.end :]


def mutants(root: Path, file: str) -> list[Mutant]:
    """Every mutant of a file, in its order. Ids last while the statement around stays as it is."""
    source = (root / file).read_bytes()
    finder = _Finder(file, source)
    finder.visit(ast.parse(source))
    return finder.found


class _Finder:
    def __init__(self, file: str, source: bytes) -> None:
        self.file, self.source = file, source
        lines = source.splitlines(keepends=True)
        self.begins = [0]
        for line in lines:
            self.begins.append(self.begins[-1] + len(line))
        self.found: list[Mutant] = []
        self.seen: Counter[str] = Counter()
        self.statement: ast.stmt | None = None

    def visit(self, node: ast.AST) -> None:
        """Find what can be changed in a node, then in its parts."""
        if isinstance(node, ast.stmt):
            self.statement = node
        for operator, other in variants(node):
            self.add(node, Variant(operator, other))
        for asked in conditions(node):
            self.add(asked, Variant("condition", ast.UnaryOp(ast.Not(), asked)))
        for decorator in getattr(node, "decorator_list", ()):
            if removable(decorator):
                self.add(decorator, Variant("decorator removed", None))
        for part in parts(node):
            self.visit(part)
            if isinstance(node, ast.stmt):
                self.statement = node

    def add(self, node: ast.AST, variant: Variant) -> None:
        """One mutant, named by what it changes, not by where in the file that is."""
        assert isinstance(node, ast.expr | ast.stmt)
        assert self.statement is not None
        start, end = self.at(node.lineno, node.col_offset), self._end(node)
        now = ast.unparse(variant.node) if variant.node is not None else ""
        if isinstance(variant.node, ast.expr):
            now = f"({now})"
        if variant.node is None:
            start -= 1  # the sign before a decorator's name
        first = self.at(self.statement.lineno, self.statement.col_offset)
        around = self.source[first : self._end(self.statement)].decode().partition("\n")[0]
        was = self.source[start:end].decode()
        named = f"{self.file}|{around}|{start - first}|{was}|{now}"
        self.seen[named] += 1
        lines = {self.statement.lineno, *range(node.lineno, (node.end_lineno or 0) + 1)}
        self.found.append(
            Mutant(
                blake2b(f"{named}|{self.seen[named]}".encode(), digest_size=5).hexdigest(),
                self.file,
                variant.operator,
                node.lineno,
                tuple(sorted(lines)),
                start,
                end,
                was,
                now,
            )
        )

    def at(self, line: int, column: int) -> int:
        """The place in bytes: columns are counted in bytes as well."""
        return self.begins[line - 1] + column

    def _end(self, node: ast.expr | ast.stmt) -> int:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self.at(node.end_lineno, node.end_col_offset)


def parts(node: ast.AST) -> Iterator[ast.AST]:
    """The parts that do something when they run: no types, no assertions, no texts."""
    match node:
        case ast.Assert() | ast.JoinedStr() | ast.Import() | ast.ImportFrom() | ast.pattern():
            return
        case ast.If(test=ast.Name(id="TYPE_CHECKING"), orelse=orelse):
            yield from orelse
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            yield from (default for default in node.args.defaults)
            yield from (default for default in node.args.kw_defaults if default is not None)
            yield from node.body
        case ast.ClassDef():
            yield from (one.value for one in node.keywords if one.arg not in CHANGES_NOTHING)
            yield from node.body
        case ast.AnnAssign(value=value):
            if value is not None:
                yield value
        case _:
            yield from ast.iter_child_nodes(node)
