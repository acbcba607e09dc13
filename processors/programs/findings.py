"""What is wrong in a program file, with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class Finding(NamedTuple):
    """One thing that is wrong in a program file. Lines and columns count from 1."""

    line: int
    column: int
    path: str
    problem: str
    id: str = "language"
    """Of its page of explanation, `loyalty program explain ID`."""
    file: str = ""
    """The file that it is in, if that is another one: what a program extends."""
    extended: tuple[int, int] | None = None
    """For another file: where the program's own goes on with it, and can say otherwise."""

    def at(self, file: Path) -> str:
        """As editors and compilers print it."""
        where = f"{self.path}: " if self.path else ""
        found = f"{self.file or file}:{self.line}:{self.column}: {where}{self.problem} [{self.id}]"
        if self.extended is None:
            return found
        line, column = self.extended
        return f"{found} (extended at {file}:{line}:{column})"


class ProgramError(Exception):
    """A program file that cannot be used, with everything that is wrong in it."""

    def __init__(self, file: Path, findings: Sequence[Finding]) -> None:
        super().__init__("\n".join(finding.at(file) for finding in findings))
        self.file = file
        self.findings = tuple(findings)
