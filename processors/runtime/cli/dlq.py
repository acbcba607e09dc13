"""`loyalty dlq list|show`: inputs that could not be read, and why."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from processors.runtime.cli.output import to_machine, to_people
from processors.runtime.faults import Exit, Fault
from processors.runtime.letters import letter_of, read
from processors.runtime.settings import Settings

if TYPE_CHECKING:
    from rich.console import Console

    from processors.runtime.letters import Letter

SHOWN_BYTES = 2_000


def list_letters(*, json: bool = False, reason: str | None = None, most: int | None = None) -> int:
    """List inputs that could not be read, with their reasons.

    Args:
        json: Print them as JSON.
        reason: Only those with this reason.
        most: Show so many of them; all are counted.
    """
    found = map(letter_of, asyncio.run(read(Settings())))
    letters = [one for one in found if reason in {None, one.reason}]
    if json:
        to_machine([letter._asdict() for letter in letters])
    else:
        show_all(letters, to_people(), most)
    return Exit.DONE


def show_letter(place: str, *, json: bool = False) -> int:
    """Show one dead letter whole: reasons, headers and the original bytes.

    Args:
        place: Where it lies, as `dlq list` says: partition/offset.
        json: Print it as JSON.
    """
    letters = [letter_of(one) for one in asyncio.run(read(Settings(), place_of(place)))]
    if not letters:
        raise Fault(f"no dead letter at {place}", "See `loyalty dlq list`.", Exit.FAILED)
    if json:
        to_machine(letters[0]._asdict())
    else:
        show_one(letters[0], to_people())
    return Exit.DONE


def place_of(text: str) -> tuple[int, int]:
    """Partition and offset. Raises Fault."""
    partition, _, offset = text.partition("/")
    if not (partition.isdecimal() and offset.isdecimal()):
        raise Fault(
            f"{text} is no place of a dead letter",
            "Name it as partition/offset, as `loyalty dlq list` does: 2/17.",
            Exit.USAGE,
        )
    return int(partition), int(offset)


def show_all(letters: list[Letter], console: Console, most: int | None = None) -> None:
    """A table, and the count of each reason."""
    counts: dict[str, int] = {}
    table = Table()
    for column in ("place", "reason", "path", "original", "arrived", "message"):
        table.add_column(column, overflow="fold")
    for letter in letters:
        counts[letter.reason] = counts.get(letter.reason, 0) + 1
    for letter in letters[:most]:
        place = f"{letter.partition}/{letter.offset}"
        parts = (place, letter.reason, letter.path, letter.original, letter.arrived, letter.message)
        table.add_row(*(Text(part) for part in parts))
    if letters:
        console.print(table)
    for reason, count in sorted(counts.items(), key=lambda item: -item[1]):
        console.print(f"{count:>8,}  {reason}")
    console.print(f"{len(letters):>8,}  dead letters")


def show_one(letter: Letter, console: Console) -> None:
    """Everything that is kept of one."""
    for name, text in letter._asdict().items():
        if name not in {"value", "headers"}:
            console.print(Text(f"{name:<10}  {text}"), soft_wrap=True)
    for name, text in letter.headers.items():
        console.print(Text(f"header      {name}: {text}"), soft_wrap=True)
    console.print(Text(f"value       {letter.value[:SHOWN_BYTES]}"), soft_wrap=True)
    if len(letter.value) > SHOWN_BYTES:
        console.print(f"            and {len(letter.value) - SHOWN_BYTES:,} more characters")
