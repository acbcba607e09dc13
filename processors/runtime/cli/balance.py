"""`loyalty balance MEMBER`: what the balances topic says of a member."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple

import orjson
from rich.table import Table

from processors.routing import partition_of
from processors.runtime.cli.output import to_machine, to_people
from processors.runtime.faults import Exit, Fault
from processors.runtime.reading import reader
from processors.runtime.settings import Settings

if TYPE_CHECKING:
    from rich.console import Console

Json = dict[str, object]


class Found(NamedTuple):
    """The balance with the highest member sequence, and where it lies. None: erased."""

    data: Json | None
    time: str
    offset: int


def balance(member: str, *, json: bool = False) -> int:
    """Show a member's balance, as consumers of the balances topic see it.

    Args:
        member: The member's id.
        json: Print the member's id, the balance's time, and the event's data as JSON.
    """
    settings = Settings()
    found = asyncio.run(latest(settings, member))
    if found is None:
        topic = settings.names.of("balances")
        raise Fault(
            f"no balance of {member} in {topic}",
            "Check the id. A balance is there once a worker has decided an event of the member.",
            Exit.FAILED,
        )
    if json:
        told: Json = {"member": member, "time": found.time, "erased": found.data is None}
        to_machine(told | (found.data or {}))
    elif found.data is None:
        to_people().print(f"{member} was erased")
    else:
        show(member, found, found.data, to_people())
    return Exit.DONE


async def latest(settings: Settings, member: str) -> Found | None:
    """Read the member's partition to its end, and keep the highest sequence."""
    topic, key = settings.names.of("balances"), member.encode()
    best: Found | None = None
    highest = 0
    async with reader(settings.broker) as source:
        log = (topic, partition_of(member, source.count(topic)))
        async for records in source.read(await source.spans([log])):
            for record in records:
                if record.key != key:
                    continue
                time = dict(record.headers).get("ce_time", b"").decode()
                if record.value is None:
                    best = Found(None, time, record.offset)
                    continue
                data: Json = orjson.loads(record.value)
                sequence = data["member_sequence"]
                assert isinstance(sequence, int), "a sequence is a whole number"
                if sequence > highest:
                    highest, best = sequence, Found(data, time, record.offset)
    return best


def show(member: str, found: Found, data: Json, console: Console) -> None:
    """The balance as a table."""
    balances, tiers = data["balances"], data["tiers"]
    assert isinstance(balances, dict), "balances by unit"
    assert isinstance(tiers, dict), "tiers by ladder"
    table = Table(title=f"{member}, update {data['member_sequence']}", title_justify="left")
    table.add_column("unit")
    for column in ("available", "pending", "reserved", "debt", "earned", "redeemed", "expired"):
        table.add_column(column, justify="right")
    for unit, held in balances.items():
        names = ("available", "pending", "reserved", "debt")
        lifetime = (f"lifetime_{name}" for name in ("earned", "redeemed", "expired"))
        table.add_row(unit, *(held[name] for name in (*names, *lifetime)))
    console.print(table)
    for unit, held in balances.items():
        for lot in held["expiring"]:
            console.print(f"{lot['amount']} {unit} end at {lot['at']}")
    for ladder, tier in tiers.items():
        until = f" until {tier['until']}" if tier["until"] else ""
        above = f", {tier['to_next']} is next" if tier["to_next"] else ""
        console.print(f"{ladder}: {tier['tier']}{until}, progress {tier['progress']}{above}")
    cause = data["cause"]
    assert isinstance(cause, dict), "a cause has fields"
    console.print(f"because of {cause['type']} {cause['id']} at {found.time}")
