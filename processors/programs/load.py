"""Reading a program file: YAML 1.2, every error with its line, its column and what to do."""

from __future__ import annotations

from difflib import get_close_matches
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from processors.programs import lint
from processors.programs.compiler import compile_program
from processors.programs.findings import Finding, ProgramError
from processors.programs.model import ProgramFile
from processors.programs.source import Source
from processors.programs.wording import invalid

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from processors.programs.compiled import Program

__all__ = ["Finding", "ProgramError", "check", "find", "load", "read", "shelves"]

FILE = "program.yaml"


def find(name: str) -> Path:
    """The file of a program: a path, or an id under programs/. Raises ProgramError."""
    path = Path(name)
    if path.suffix in {".yaml", ".yml"}:
        return path
    if path.is_dir():
        return path / FILE
    for folder in shelves():
        if (folder / name / FILE).is_file():
            return folder / name / FILE
    known = sorted(entry.parent.name for folder in shelves() for entry in folder.glob(f"*/{FILE}"))
    hint = get_close_matches(name, known, 1)
    meant = f"; did you mean {hint[0]}?" if hint else f"; known are {', '.join(known)}"
    raise ProgramError(path, [Finding(1, 1, "", f"no such program{meant}")])


def shelves() -> list[Path]:
    """Where programs lie: in a checkout beside the packages, in a wheel within this one."""
    package = Path(str(resources.files("processors")))
    folders = [package.parent / "programs", package / "programs" / "library"]
    return [folder for folder in folders if folder.is_dir()]


def load(name: str) -> Program:
    """The compiled program of a file or an id. Raises ProgramError with every finding."""
    path = find(name)
    return compile_program(read(path))


def read(path: Path) -> ProgramFile:
    """The validated model of a program file. Raises ProgramError with every finding."""
    return _read(path)[0]


def check(path: Path) -> list[Finding]:
    """What is probably not meant in a program; ProgramError is raised if it cannot be used."""
    file, source = _read(path)
    found = [*lint.warnings(file), *lint.look_alikes(source.added())]
    return _once(_placed(problem, source) for problem in lint.unaccepted(found, file))


def _once(findings: Iterable[Finding]) -> list[Finding]:
    """In order of place; what several versions take over is said once, where it is written."""
    found: dict[Finding, Finding] = {}
    for finding in sorted(findings, key=_in_order):
        known = finding._replace(path="", extended=None)
        found.setdefault(known, finding)
    return list(found.values())


def _in_order(finding: Finding) -> tuple[object, ...]:
    return finding[:-1]


def _look_alikes(source: Source) -> list[Finding]:
    return [_placed(problem, source) for problem in lint.look_alikes(source.added())]


def _placed(problem: lint.Problem, source: Source) -> Finding:
    """Where the reader can change it: what names a thing, or what takes that thing away."""
    found = _finding(source, problem.place, problem.text, problem.id)
    gone = source.removal(problem.place) if problem.id == "name-unknown" else None
    if gone is None:
        return found
    (file, line, column), place = gone
    names = f"{found.file or source.path.name}:{found.line}:{found.column}"
    key = ".".join(str(part) for part in problem.place[2:] if isinstance(part, str))
    text = f"is taken away, and {names} names it: keep it, or say `{key}` here as well"
    return Finding(line, column, ".".join(map(str, place)), text, problem.id, file)


def _finding(
    source: Source, place: Sequence[str | int], problem: str, rule: str = "language"
) -> Finding:
    file, line, column = source.position(place)
    where = ".".join(str(part) for part in place)
    extended = source.extension(place) if file else None
    return Finding(line, column, where, problem, rule, file, extended)


def _read(path: Path) -> tuple[ProgramFile, Source]:
    source = Source(path)
    try:
        file = ProgramFile.model_validate(source.values)
    except ValidationError as bad:
        found = [_finding(source, *one) for one in invalid(bad, source.values)]
        raise ProgramError(path, _once([*found, *_look_alikes(source)])) from None
    if problems := lint.errors(file):
        found = [_placed(problem, source) for problem in problems]
        raise ProgramError(path, _once([*found, *_look_alikes(source)]))
    try:
        compile_program(file)
    except ValueError as bad:
        raise ProgramError(path, [_finding(source, (), str(bad))]) from None
    return file, source
