"""`loyalty member explain MEMBER`: from each event to its rule, its entries, and the balance."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple

from rich.text import Text

from processors.routing import partition_of
from processors.runtime.cli.output import to_machine, to_people
from processors.runtime.faults import Exit, Fault
from processors.runtime.reading import accepted, reader
from processors.runtime.settings import Settings
from projections.erasure import erases
from projections.explanation import Fact, explain
from schemas.upcasts import read_record

if TYPE_CHECKING:
    from rich.console import Console

    from schemas.ledger import LedgerRecord

WORDS = {
    "fired": "rule",
    "missed": "did not fire",
    "sent": "transfer",
    "entry": "entry",
}
STYLES = {
    "event": "bold",
    "fired": "green",
    "missed": "yellow",
    "refused": "red",
    "balance": "cyan",
    "tier": "cyan",
}


class Explained(NamedTuple):
    """One ledger record of the member, where it lies, and its facts."""

    topic: str
    partition: int
    offset: int
    record: LedgerRecord
    facts: tuple[Fact, ...]


def explain_member(
    member: str, *, json: bool = False, first: int | None = None, last: int | None = None
) -> int:
    """Explain a member's balance from the ledger: event, rule, entry, balance, line by line.

    Says also which rules did not fire, and why.

    Args:
        member: The member's id.
        json: Print the lines as JSON.
        first: Show only this many of the first records.
        last: Show only this many of the latest records.
    """
    settings = Settings()
    told = asyncio.run(records_of(settings, member))
    if not told:
        raise Fault(
            f"no record of {member} in {settings.names.of('ledger')}",
            "Check the id. It is the subject of the member's events, not an alias.",
            Exit.FAILED,
        )
    chosen = told[:first]
    if last is not None:
        chosen = chosen[max(0, len(chosen) - last) :]
    if json:
        to_machine([as_json(explained) for explained in chosen])
    else:
        show(member, chosen, to_people())
    return Exit.DONE


async def records_of(settings: Settings, member: str) -> list[Explained]:
    """The member's records, in ledger order; of one who was erased, from then on."""
    topic, key = settings.names.of("ledger"), member.encode()
    found: list[Explained] = []
    async with reader(settings.broker) as source:
        partition = partition_of(member, source.count(topic))
        async for fetched in accepted(source, topic, partition):
            if fetched.key != key:
                continue
            record = read_record(fetched.value or b"")
            if record.account == member:
                if erases(record):
                    found.clear()
                facts = tuple(explain(record))
                found.append(Explained(topic, partition, fetched.offset, record, facts))
    return found


def as_json(explained: Explained) -> dict[str, object]:
    """One record for a machine."""
    return {
        "topic": explained.topic,
        "partition": explained.partition,
        "offset": explained.offset,
        "seq": explained.record.seq,
        "member_sequence": explained.record.member_sequence,
        "outcome": explained.record.outcome,
        "lines": [fact._asdict() for fact in explained.facts],
    }


def show(member: str, told: list[Explained], console: Console) -> None:
    """The member's story."""
    for explained in told:
        record = explained.record
        number = "" if record.member_sequence is None else f" · update {record.member_sequence}"
        place = f"{explained.topic}, partition {explained.partition}, offset {explained.offset}"
        console.print(
            Text(f"{member}{number} · {record.outcome} · {place}", style="bold"), soft_wrap=True
        )
        for fact in explained.facts:
            console.print(_line(fact), soft_wrap=True)
        console.print()


def _line(fact: Fact) -> Text:
    line = Text(f"  {WORDS.get(fact.part, fact.part):<13}")
    line.append(fact.name, style=STYLES.get(fact.part, ""))
    if fact.text:
        line.append(f"  {fact.text}")
    return line
