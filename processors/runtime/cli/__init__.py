"""The `loyalty` command. Each module of this package holds the commands of one group.

A command is a function that returns its exit code (processors.runtime.faults). It is imported when
it is called, so `loyalty --help` does not wait for Kafka's client.
"""

from __future__ import annotations

import logging
import os
import sys
from typing import TYPE_CHECKING

from cyclopts import App, CycloptsError

from processors.runtime.cli.table import COMMANDS, GROUPS
from processors.runtime.faults import Exit

if TYPE_CHECKING:
    from collections.abc import Sequence

HELP = """An event-sourced loyalty ledger on Kafka.

Exit codes: 0 done · 1 checks ran and some failed · 2 wrong use, or a file that cannot be read · 3 a
verification found a difference · 4 broker or topic not there · 5 an invariant of ours failed.
"""
INTERRUPTED = 130
"""As shells say it of SIGINT."""


def main() -> None:
    """Run the command line, and leave with its exit code."""
    sys.exit(run(sys.argv[1:]))


def run(words: Sequence[str]) -> int:
    """Run one command. Returns its exit code; raises nothing that a user should see."""
    logging.getLogger("aiokafka").addHandler(logging.NullHandler())  # errors are told by us
    try:
        answer = build()(words, print_error=True, exit_on_error=False)
    except CycloptsError:
        return Exit.USAGE  # it has said what is wrong
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whoever read has gone
        return Exit.DONE
    except Exception as error:
        from processors.runtime.cli.screens import explain  # noqa: PLC0415 - only when needed

        code = explain(error)
        if code is None:
            raise
        return code
    return answer if isinstance(answer, int) else Exit.DONE


def build() -> App:
    """The tree of commands, none of them imported yet."""
    app = App(
        name="loyalty",
        help=HELP,
        version=_version,
        result_action="return_value",
        help_on_error=False,
    )
    groups = {name: App(name=name, help=text) for name, text in GROUPS.items()}
    for group in groups.values():
        app.command(group)
    for words, target, text in COMMANDS:
        first, _, second = words.partition(" ")
        where = groups[first] if second else app
        where.command(target, name=second or first, help=text)
    return app


def _version() -> str:
    from importlib.metadata import version  # noqa: PLC0415 - only when asked

    return version("loyalty-ledger")
