"""Errors as people see them: what is wrong, what to do, and an exit code. One screen each.

Fault             the broker, a topic or a setting is not as it must be
ProgramError      a program file, with the line and column of everything that is wrong
ValidationError   the settings
TOMLDecodeError   the file of settings
"""

from __future__ import annotations

from difflib import get_close_matches
from tomllib import TOMLDecodeError

from pydantic import ValidationError
from rich.console import Console
from rich.text import Text

from processors.programs.load import ProgramError
from processors.runtime.faults import Exit, Fault
from processors.runtime.settings import FILE, FILE_VARIABLE, Settings, variable_of

MOST_LINES = 20
FILE_ADVICE = f"Mend {FILE}, or the file that {FILE_VARIABLE} names."


def explain(error: Exception) -> Exit | None:
    """Print the error to stderr. None: it is one of ours, and wants its traceback."""
    match error:
        case Fault():
            fault = error
        case ProgramError():
            fault = Fault(str(error), "Mend the file, then try again.", Exit.USAGE)
        case ValidationError() if error.title == Settings.__name__:
            fault = of_settings(error)
        case TOMLDecodeError():
            fault = Fault(f"the file of settings is not TOML: {error}", FILE_ADVICE, Exit.USAGE)
        case _:
            return None
    show(fault)
    return fault.code


def of_settings(error: ValidationError) -> Fault:
    """What is wrong with the settings, by the names that a user gave them."""
    problems = []
    for found in error.errors(include_url=False):
        name = ".".join(str(part) for part in found["loc"])
        if found["type"] == "extra_forbidden":
            problems.append(unknown(name, list(Settings.model_fields)))
        else:
            problems.append(f"{variable_of(name)}: {found['msg']}")
    return Fault(
        "\n".join(problems),
        f"Correct the variable, or `{FILE}` if it stands there. "
        "`loyalty config show` lists all settings.",
        Exit.USAGE,
    )


def unknown(name: str, known: list[str]) -> str:
    """A name that is no setting, and the one that was probably meant."""
    hint = get_close_matches(name, known, 1)
    return f"{name} is no setting" + (f"; did you mean {hint[0]}?" if hint else "")


def show(fault: Fault) -> None:
    """The fault on stderr, cut to a screen."""
    lines = fault.problem.splitlines()
    if len(lines) > MOST_LINES:
        lines = [*lines[:MOST_LINES], f"and {len(lines) - MOST_LINES} more"]
    console = Console(stderr=True, highlight=False)
    console.print(Text("\n".join(lines), style="bold red"), soft_wrap=True)
    console.print(Text(fault.advice), soft_wrap=True)
