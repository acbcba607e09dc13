"""Errors as people see them: what is wrong, what to do, and an exit code. One screen each.

Fault             the broker, a topic or a setting is not as it must be
ProgramError      a program file, with the line and column of everything that is wrong
ValidationError   the settings
"""

from __future__ import annotations

import os

from pydantic import ValidationError
from rich.console import Console
from rich.text import Text

from processors.programs.load import ProgramError
from processors.runtime.faults import Exit, Fault
from processors.runtime.settings import Settings

MOST_LINES = 20


def explain(error: Exception) -> Exit | None:
    """Print the error to stderr. None: it is one of ours, and wants its traceback."""
    match error:
        case Fault():
            fault = error
        case ProgramError():
            fault = Fault(str(error), "Mend the file, then try again.", Exit.USAGE)
        case ValidationError() if error.title == Settings.__name__:
            fault = of_settings(error)
        case _:
            return None
    show(fault)
    return fault.code


def of_settings(error: ValidationError) -> Fault:
    """What is wrong with the settings, by the names that a user gave them."""
    problems = []
    for found in error.errors(include_url=False):
        name = ".".join(str(part) for part in found["loc"])
        problems.append(f"LOYALTY_{name.upper()}: {found['msg']}")
    file = os.environ.get("LOYALTY_CONFIG", "loyalty.toml")
    return Fault(
        "\n".join(problems),
        f"Correct the variable, or `{file}` if it stands there. "
        "`loyalty config show` lists all settings.",
        Exit.USAGE,
    )


def show(fault: Fault) -> None:
    """The fault on stderr, cut to a screen."""
    lines = fault.problem.splitlines()
    if len(lines) > MOST_LINES:
        lines = [*lines[:MOST_LINES], f"and {len(lines) - MOST_LINES} more"]
    console = Console(stderr=True, highlight=False)
    console.print(Text("\n".join(lines), style="bold red"), soft_wrap=True)
    console.print(Text(fault.advice), soft_wrap=True)
