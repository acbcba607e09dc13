"""The table of scenarios, made of the marks in the tests' source."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.faults.catalogue import FAULTS, INVARIANTS, NOT_HAD

if TYPE_CHECKING:
    from collections.abc import Iterator

TESTS = Path(__file__).parents[1]
README = TESTS / "README.md"
BEGIN, END = "<!-- scenarios: begin -->", "<!-- scenarios: end -->"
WHERE = {
    "simulator": "simulator",
    "kafka": "broker",
    "cluster": "three brokers",
    "chaos": "three brokers",
}


class Scenario(NamedTuple):
    """One marked test."""

    number: str
    checks: tuple[str, ...]
    file: str
    name: str

    @property
    def where(self) -> str:
        """What it runs on; the pure fold where nothing else is said."""
        return WHERE.get(self.file.split("/")[1], "fold")


def scenarios() -> list[Scenario]:
    """Every mark in the tests, by number. Raises ValueError for one that says what is unknown."""
    found = [one for path in sorted(TESTS.rglob("*.py")) for one in _marks(path)]
    for one in found:
        unknown = {one.number} - FAULTS.keys() | set(one.checks) - INVARIANTS.keys()
        if unknown:
            raise ValueError(f"{one.file}, {one.name}: nobody knows {sorted(unknown)}")
    return sorted(found)


def _marks(path: Path) -> Iterator[Scenario]:
    file = str(path.relative_to(TESTS.parent))
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for mark in node.decorator_list:
                match mark:
                    case ast.Call(
                        func=ast.Name(id="fault"),
                        args=[ast.Constant(value=str(number))],
                        keywords=[ast.keyword(arg="checks", value=ast.Constant(value=str(checks)))],
                    ):
                        yield Scenario(number, tuple(checks.split()), file, node.name)


def table() -> str:
    """The table as Markdown: every fault, and its scenarios or why there is none."""
    by_number: dict[str, list[Scenario]] = {number: [] for number in FAULTS}
    for one in scenarios():
        by_number[one.number].append(one)
    lines = ["| Fault | What goes wrong | Runs on | Scenario | Checks |", "|---|---|---|---|---|"]
    for number, found in by_number.items():
        lines += [
            f"| {number} | {FAULTS[number]} | {one.where} "
            f"| `{one.name.removeprefix('test_')}` in [{one.file}](../{one.file}) "
            f"| {' '.join(one.checks)} |"
            for one in found
        ] or [f"| {number} | {FAULTS[number]} | nowhere | {NOT_HAD.get(number, '')} | |"]
    lines += ["", "| Invariant | What must be true |", "|---|---|"]
    lines += [f"| {name} | {what} |" for name, what in INVARIANTS.items()]
    return "\n".join(lines)


def written() -> str:
    """The README with the table of today in it."""
    text = README.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n\n{table()}\n\n{END}{rest.partition(END)[2]}"
