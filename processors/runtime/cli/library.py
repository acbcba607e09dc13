"""`loyalty program test --all`: every program's examples, in the table of the systems."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.table import Table
from ruamel.yaml import YAML

from processors.engine import engine_of
from processors.examples import document, report
from processors.examples.play import play
from processors.programs.load import find, load, shelves
from processors.runtime.cli.output import progress, to_machine, to_people
from processors.runtime.faults import Exit

if TYPE_CHECKING:
    from pathlib import Path

    from processors.examples.report import Result

SYSTEMS = "systems.yaml"
EXAMPLES = "examples.yaml"


class Played(NamedTuple):
    """A program's examples, played."""

    program: str
    results: list[Result]

    @property
    def holding(self) -> int:
        """How many of them hold."""
        return sum(result.holds for result in self.results)


def systems() -> dict[str, list[str]]:
    """Every system, and the programs that express it."""
    found: dict[str, list[str]] = {}
    for shelf in shelves():
        if (shelf / SYSTEMS).is_file():
            found |= YAML(typ="safe", pure=True).load((shelf / SYSTEMS).read_text("utf-8"))
    return found


def library() -> list[str]:
    """Every program of every system, by its id."""
    return sorted({name for names in systems().values() for name in names})


def played(program: str) -> Played:
    """Play the examples beside a program; none if there are none."""
    file = find(program).with_name(EXAMPLES)
    if not file.is_file():
        return Played(program, [])
    compiled = load(program)
    return Played(program, play(document.load(file.read_text("utf-8")), compiled, engine_of))


def play_all(*, json: bool = False) -> int:
    """Play everything. Returns 1 if an example does not hold."""
    table = systems()
    named = dict.fromkeys(program for programs in table.values() for program in programs)
    found: dict[str, Played] = {}
    with progress("programs", quiet=json) as show:
        for number, program in enumerate(named, 1):
            found[program] = played(program)
            show(number, len(named))
    failed = [r for one in found.values() for r in one.results if not r.holds]
    if json:
        to_machine(
            [_row(system, [found[name] for name in names]) for system, names in table.items()]
        )
    else:
        _print(table, found, failed)
    return Exit.FAILED if failed else Exit.DONE


def _row(system: str, programs: list[Played]) -> dict[str, object]:
    return {
        "system": system,
        "programs": [one.program for one in programs],
        "files": [str(find(one.program)) for one in programs],
        "examples": sum(len(one.results) for one in programs),
        "hold": sum(one.holding for one in programs),
    }


def _link(file: Path, text: str) -> str:
    """The file, to be opened from the terminals that can."""
    return f"[link={file.resolve().as_uri()}]{text}[/link]"


def _print(table: dict[str, list[str]], found: dict[str, Played], failed: list[Result]) -> None:
    console = to_people()
    for result in failed:
        console.print("\n".join(report.lines(result)), markup=False, soft_wrap=True)
    shown = Table("system", "program", "its examples", "examples", "hold")
    for system, names in table.items():
        for place, name in enumerate(names):
            one, file = found[name], find(name)
            shown.add_row(
                "" if place else system,
                _link(file, f"{name}/{file.name}"),
                _link(file.with_name(EXAMPLES), EXAMPLES),
                str(len(one.results)),
                str(one.holding),
            )
    console.print(shown)
    total = sum(len(one.results) for one in found.values())
    holding = sum(one.holding for one in found.values())
    console.print(f"{len(found)} programs, {holding} of {total} examples hold")
