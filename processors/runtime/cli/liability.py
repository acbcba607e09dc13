"""`loyalty liability`: what outstanding points are worth, from the ledger."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from rich.table import Table

from processors.accounting import Books, Figures
from processors.programs.load import load
from processors.runtime.cli.output import to_machine, to_people
from processors.runtime.faults import Exit, Fault
from processors.runtime.reading import accepted, reader
from processors.runtime.settings import Settings
from schemas.upcasts import read_record
from schemas.values import format_amount, parse_instant

if TYPE_CHECKING:
    from processors.programs.compiled import Program


def show_liability(*, at: str | None = None, json: bool = False) -> int:
    """Show what outstanding points are worth, what is deferred, released and billed.

    Args:
        at: By the version in force then (RFC 3339); the latest event's, unless given.
        json: Print the figures as JSON.
    """
    settings = Settings()
    program = load(settings.program)
    instant = None if at is None else _instant(at)
    books = asyncio.run(_books(settings, program))
    instant = books.latest if instant is None else instant
    figures = books.figures(instant)
    scales = {unit: program.version_at(instant).units[unit].scale for unit in figures}
    if json:
        to_machine({unit: _row(one, scales[unit]) for unit, one in figures.items()})
        return Exit.DONE
    table = Table("unit", "outstanding", "value", "deferred", "released", "billed")
    for unit, one in figures.items():
        outstanding, *money = _row(one, scales[unit]).values()
        table.add_row(unit, str(outstanding), *(_money(int(amount)) for amount in money))
    to_people().print(table if figures else "The program does not say what its points are worth.")
    return Exit.DONE


def _instant(text: str) -> int:
    try:
        return parse_instant(text)
    except (ValueError, OverflowError):
        advice = "Write it as 2026-03-01T00:00:00Z."
        raise Fault(f"{text} is no instant", advice, Exit.USAGE) from None


async def _books(settings: Settings, program: Program) -> Books:
    books, topic = Books(program), settings.names.of("ledger")
    async with reader(settings.broker) as source:
        for partition in range(source.count(topic)):
            async for fetched in accepted(source, topic, partition):
                books.take(read_record(fetched.value or b""))
    return books


def _row(figures: Figures, scale: int) -> dict[str, str | int]:
    found: dict[str, str | int] = dict(figures._asdict())
    return found | {"outstanding": format_amount(figures.outstanding, scale)}


def _money(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02d}"
