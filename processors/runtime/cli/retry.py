"""`loyalty dlq retry`: inputs that could not be read, sent once more to where they came from."""

from __future__ import annotations

import asyncio
from getpass import getuser
from typing import TYPE_CHECKING

from processors.runtime.cli.dlq import place_of
from processors.runtime.cli.output import to_machine, to_people
from processors.runtime.faults import Exit, Fault
from processors.runtime.letters import again, letter_of, read
from processors.runtime.sending import producing
from processors.runtime.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.partition import Fetched


def retry(
    *places: str,
    why: str,
    by: str | None = None,
    reason: str | None = None,
    dry_run: bool = False,
    json: bool = False,
) -> int:
    """Send dead letters again, once what was wrong with them is mended.

    Each goes to its original topic and partition with its original key, bytes, headers and time of
    arrival (what came too early arrives now), and says in its headers who tried it, why, and how
    often it was tried. Doing it twice does no harm: an input that was taken is a duplicate.

    Args:
        places: Where they lie, as `dlq list` says: partition/offset.
        why: What was mended. It is kept with the record.
        by: Who says so; by default the user who runs this.
        reason: All letters with this reason.
        dry_run: Show what would be sent, and send nothing.
        json: Print what was sent as JSON.
    """
    settings = Settings()
    letters = asyncio.run(_chosen(settings, places, reason))
    records = [again(letter, by or getuser(), why) for letter in letters]
    if not dry_run:
        asyncio.run(_send(settings, records))
    told = [_told(letter, record) for letter, record in zip(letters, records, strict=True)]
    if json:
        to_machine(told)
    else:
        _show(told, "would be sent" if dry_run else "were sent")
    return Exit.DONE


def _show(told: Sequence[dict[str, object]], what: str) -> None:
    console = to_people()
    for one in told:
        where = f"{one['topic']}, partition {one['partition']}"
        console.print(f"{one['letter']} to {where}, attempt {one['attempt']}", soft_wrap=True)
    console.print(f"{len(told)} dead letters {what} again")


async def _chosen(settings: Settings, places: Sequence[str], reason: str | None) -> list[Fetched]:
    """The letters at these places, and those with this reason. Raises Fault."""
    if not places and reason is None:
        raise Fault("nothing is named", "Name places, or a --reason: see `dlq list`.", Exit.USAGE)
    wanted = {place_of(place) for place in places}
    letters = {(one.partition, one.offset): one for one in await read(settings)}
    if missing := sorted(wanted - letters.keys()):
        names = ", ".join(f"{partition}/{offset}" for partition, offset in missing)
        raise Fault(f"no dead letter at {names}", "See `loyalty dlq list`.", Exit.FAILED)
    return [
        one
        for place, one in letters.items()
        if place in wanted or (reason is not None and letter_of(one).reason == reason)
    ]


async def _send(settings: Settings, records: Sequence[Fetched]) -> None:
    async with producing(settings) as producer:
        for record in records:
            await producer.send_and_wait(
                record.topic,
                record.value,
                key=record.key,
                partition=record.partition,
                timestamp_ms=record.timestamp,
                headers=list(record.headers),
            )


def _told(letter: Fetched, record: Fetched) -> dict[str, object]:
    return {
        "letter": f"{letter.partition}/{letter.offset}",
        "topic": record.topic,
        "partition": record.partition,
        "attempt": letter_of(record).attempt,
    }
