"""Reading a program file: YAML 1.2, every error with its line, its column and what to do."""

from __future__ import annotations

from difflib import get_close_matches
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfoNotFoundError

from pydantic import BaseModel, ValidationError

from processors.programs import lint
from processors.programs.compiler import compile_program
from processors.programs.findings import Finding, ProgramError
from processors.programs.model import ProgramFile
from processors.programs.source import Source

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    return sorted(_placed(problem, source) for problem in lint.warnings(file))


def _placed(problem: lint.Problem, source: Source) -> Finding:
    return _finding(source, problem.place, problem.text, problem.id)


def _finding(
    source: Source, place: Sequence[str | int], problem: str, rule: str = "language"
) -> Finding:
    file, line, column = source.position(place)
    where = ".".join(str(part) for part in place)
    return Finding(line, column, where, problem, rule, file)


def _read(path: Path) -> tuple[ProgramFile, Source]:
    source = Source(path)
    try:
        file = ProgramFile.model_validate(source.values)
    except ValidationError as bad:
        raise ProgramError(path, _invalid(bad, source)) from None
    problems = [_placed(problem, source) for problem in lint.errors(file)]
    if problems:
        raise ProgramError(path, sorted(problems))
    try:
        compile_program(file)
    except (ZoneInfoNotFoundError, ValueError) as bad:
        found = _finding(source, ("time_zone",), str(bad))
        raise ProgramError(path, [found]) from None
    return file, source


def _invalid(bad: ValidationError, source: Source) -> list[Finding]:
    findings: list[Finding] = []
    for error in bad.errors(include_url=False):
        place = [part for part in error["loc"] if part != "[key]"]
        problem = error["msg"].removeprefix("Value error, ")
        if error["type"] == "extra_forbidden":
            problem = f"is not a key of the language{_meant(place)}"
        elif error["type"] == "missing":
            problem = "is missing"
        findings.append(_finding(source, place, problem))
    return sorted(set(findings))


def _meant(place: Sequence[str | int]) -> str:
    known = _keys_at(place[:-1])
    hint = get_close_matches(str(place[-1]), known, 1)
    if hint:
        return f"; did you mean {hint[0]}?"
    return f"; known are {', '.join(sorted(known))}" if known else ""


def _keys_at(place: Sequence[str | int]) -> list[str]:
    """The keys of the model at a place, found by walking its fields."""
    models: list[type[BaseModel]] = [ProgramFile]
    for part in place:
        following: list[type[BaseModel]] = []
        for kind in models:
            field = kind.model_fields.get(str(part))
            following += _models_in(field.annotation) if field is not None else [kind]
        models = following
    return sorted({key for kind in models for key in kind.model_fields})


def _models_in(annotation: object) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    found: list[type[BaseModel]] = []
    for part in getattr(annotation, "__args__", ()):
        found += _models_in(part)
    return found
