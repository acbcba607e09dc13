"""Reading a program file: YAML 1.2, every error with its line, its column and what to do."""

from __future__ import annotations

from difflib import get_close_matches
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast
from zoneinfo import ZoneInfoNotFoundError

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError

from processors.programs import lint
from processors.programs.compiler import compile_program
from processors.programs.model import ProgramFile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.programs.compiled import Program

FILE = "program.yaml"


class Finding(NamedTuple):
    """One thing that is wrong in a program file. Lines and columns count from 1."""

    line: int
    column: int
    path: str
    problem: str
    id: str = "language"
    """Of its page of explanation, `loyalty program explain ID`."""

    def at(self, file: Path) -> str:
        """As editors and compilers print it."""
        where = f"{self.path}: " if self.path else ""
        return f"{file}:{self.line}:{self.column}: {where}{self.problem} [{self.id}]"


class ProgramError(Exception):
    """A program file that cannot be used, with everything that is wrong in it."""

    def __init__(self, file: Path, findings: Sequence[Finding]) -> None:
        super().__init__("\n".join(finding.at(file) for finding in findings))
        self.file = file
        self.findings = tuple(findings)


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
    file, tree = _read(path)
    return sorted(_placed(problem, tree) for problem in lint.warnings(file))


def _placed(problem: lint.Problem, tree: CommentedMap) -> Finding:
    where = ".".join(str(part) for part in problem.place)
    return Finding(*position(tree, problem.place), where, problem.text, problem.id)


def _read(path: Path) -> tuple[ProgramFile, CommentedMap]:
    tree = _parse(path)
    try:
        file = ProgramFile.model_validate(_plain(tree))
    except ValidationError as bad:
        raise ProgramError(path, _invalid(bad, tree)) from None
    problems = [_placed(problem, tree) for problem in lint.errors(file)]
    if problems:
        raise ProgramError(path, sorted(problems))
    try:
        compile_program(file)
    except (ZoneInfoNotFoundError, ValueError) as bad:
        found = Finding(*position(tree, ("time_zone",)), "", str(bad))
        raise ProgramError(path, [found]) from None
    return file, tree


def _parse(path: Path) -> CommentedMap:
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
            line, column = cast("tuple[int, int]", node.lc.key(part))
            node = node[part]
        elif isinstance(node, CommentedSeq) and isinstance(part, int) and part < len(node):
            line, column = cast("tuple[int, int]", node.lc.item(part))
            node = node[part]
        else:
            break
    return line + 1, column + 1


def _invalid(bad: ValidationError, tree: CommentedMap) -> list[Finding]:
    findings: list[Finding] = []
    for error in bad.errors(include_url=False):
        place = [part for part in error["loc"] if part != "[key]"]
        problem = error["msg"].removeprefix("Value error, ")
        if error["type"] == "extra_forbidden":
            problem = f"is not a key of the language{_meant(place)}"
        elif error["type"] == "missing":
            problem = "is missing"
        line, column = position(tree, place)
        findings.append(Finding(line, column, ".".join(str(part) for part in place), problem))
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
