"""`loyalty program check FILE` and `program test PROGRAM EXAMPLES…`. Neither needs a broker."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from processors.engine import engine_of
from processors.examples import document, report
from processors.examples.play import as_json, play
from processors.programs.load import ProgramError, check, find, load
from processors.runtime.cli.library import library, play_all
from processors.runtime.cli.output import to_machine, to_people
from processors.runtime.faults import Exit, Fault

if TYPE_CHECKING:
    from processors.examples.document import Document
    from processors.examples.report import Result


def check_program(
    file: str | None = None,
    *,
    all: bool = False,  # noqa: A002  # the option is called so
    json: bool = False,
) -> int:
    """Check a program file: its form, its names, its figures. Every finding has line and column.

    Exit code 2 if the program cannot be used, 1 if something in it is probably not meant.

    Args:
        file: The program's file, or its id under programs/.
        all: Check every program under programs/; the exit code is that of the worst.
        json: Print the findings as JSON.
    """
    if all:
        return max(_checked(name, json=json) for name in library())
    if file is None:
        raise Fault("no program is named", "Name one, or say --all.", Exit.USAGE)
    return _checked(file, json=json)


def _checked(file: str, *, json: bool) -> int:
    path = find(file)
    try:
        findings = check(path)
    except ProgramError as error:
        if not json:
            raise
        to_machine([finding._asdict() for finding in error.findings])
        return Exit.USAGE
    if json:
        to_machine([finding._asdict() for finding in findings])
        return Exit.FAILED if findings else Exit.DONE
    console = to_people()
    for finding in findings:
        console.print(finding.at(path), markup=False, soft_wrap=True)
    if findings:
        console.print("What a finding means: loyalty program explain ID")
        return Exit.FAILED
    console.print(f"{path}: the program {load(file).id} is in order", soft_wrap=True)
    return Exit.DONE


def play_examples(
    program: str | None = None,
    *examples: str,
    all: bool = False,  # noqa: A002  # the option is called so
    json: bool = False,
) -> int:
    """Play examples through the real processor, and compare. Exit code 1 if one does not hold.

    Args:
        program: The program's id under programs/, or a path to its file.
        examples: Files of examples; by default the one beside the program.
        all: Play those of every program, and print the table of systems with counts.
        json: Print every result as JSON.
    """
    if all:
        return play_all(json=json)
    if program is None:
        raise Fault("no program is named", "Name one, or say --all.", Exit.USAGE)
    compiled = load(program)
    files = [Path(name) for name in examples] or [find(program).with_name("examples.yaml")]
    results: list[Result] = []
    for file in files:
        results += play(_about(compiled.id, file), compiled, engine_of)
    failed = [result for result in results if not result.holds]
    if json:
        sys.stdout.write(as_json(results).decode() + "\n")
    else:
        console = to_people()
        for result in failed:
            console.print("\n".join(report.lines(result)), markup=False, soft_wrap=True)
        console.print(f"{len(results) - len(failed)} of {len(results)} examples hold")
    return Exit.FAILED if failed else Exit.DONE


def _about(program: str, file: Path) -> Document:
    found = _read(file)
    if found.program != program:
        place = f"{file}: these are examples of {found.program}, not of {program}"
        raise Fault(place, f"Play them with `loyalty program test {found.program}`.", Exit.USAGE)
    return found


def _read(file: Path) -> Document:
    try:
        return document.load(file.read_text("utf-8"))
    except document.FileFault as fault:
        place = f"{file}:{fault.line}:{fault.column}: {fault.message}"
        raise Fault(place, "Mend the examples, then try again.", Exit.USAGE) from None
    except (OSError, UnicodeDecodeError) as error:
        advice = "Name a file of examples in YAML, in UTF-8."
        raise Fault(f"{file} cannot be read: {error}", advice, Exit.USAGE) from None
