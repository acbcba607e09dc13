"""`loyalty dlq list|show`: inputs that could not be read, and why."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple

from rich.table import Table
from rich.text import Text

from processors.runtime.cli.output import to_machine, to_people
from processors.runtime.faults import Exit, Fault
from processors.runtime.reading import reader
from processors.runtime.settings import Settings
from schemas.values import format_instant

if TYPE_CHECKING:
    from rich.console import Console

    from processors.partition.records import Fetched

STREAMS = "__streams.errors."
OURS = "loyalty.dlq."
SHOWN_BYTES = 2_000


class Letter(NamedTuple):
    """One dead letter."""

    partition: int
    offset: int
    reason: str
    stage: str
    path: str
    message: str
    original: str
    """Topic, partition and offset of the input."""
    arrived: str
    key: str
    value: str
    headers: dict[str, str]
    """The headers that came with the input."""


def list_letters(*, json: bool = False, reason: str | None = None, most: int | None = None) -> int:
    """List inputs that could not be read, with their reasons.

    Args:
        json: Print them as JSON.
        reason: Only those with this reason.
        most: Show so many of them; all are counted.
    """
    letters = [one for one in asyncio.run(read(Settings())) if reason in {None, one.reason}]
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
    partition, _, offset = place.partition("/")
    if not (partition.isdecimal() and offset.isdecimal()):
        raise Fault(
            f"{place} is no place of a dead letter",
            "Name it as partition/offset, as `loyalty dlq list` does: 2/17.",
            Exit.USAGE,
        )
    wanted = (int(partition), int(offset))
    letters = asyncio.run(read(Settings(), wanted))
    if not letters:
        raise Fault(f"no dead letter at {place}", "See `loyalty dlq list`.", Exit.FAILED)
    if json:
        to_machine(letters[0]._asdict())
    else:
        show_one(letters[0], to_people())
    return Exit.DONE


async def read(settings: Settings, only: tuple[int, int] | None = None) -> list[Letter]:
    """All dead letters, or the one at a partition and offset."""
    topic = settings.names.of("dead_letters")
    found: list[Letter] = []
    async with reader(settings.broker) as source:
        count = source.count(topic)
        if only is not None and only[0] >= count:
            return []
        numbers = range(count) if only is None else (only[0],)
        spans = await source.spans([(topic, number) for number in numbers])
        if only is not None:
            offset = only[1]
            spans = [
                span._replace(start=offset, end=offset + 1)
                for span in spans
                if span.start <= offset < span.end
            ]
        async for records in source.read(spans):
            found += [letter_of(record) for record in records]
    return sorted(found)


def letter_of(record: Fetched) -> Letter:
    """What the record's headers say."""
    said = {name: value.decode(errors="replace") for name, value in record.headers}
    original = (said.get(f"{STREAMS}{name}", "?") for name in ("topic", "partition", "offset"))
    arrived = said.get(f"{OURS}timestamp", "")
    reference = said.get(f"{OURS}value", "")
    value = reference if record.value is None else record.value.decode(errors="replace")
    came = {name: text for name, text in said.items() if not name.startswith((STREAMS, OURS))}
    return Letter(
        record.partition,
        record.offset,
        said.get(f"{OURS}reason", "?"),
        said.get(f"{OURS}stage", "?"),
        said.get(f"{OURS}path", ""),
        said.get(f"{STREAMS}message", ""),
        "/".join(original),
        format_instant(int(arrived) * 1000) if arrived.lstrip("-").isdecimal() else "",
        (record.key or b"").decode(errors="replace"),
        value,
        came,
    )


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
