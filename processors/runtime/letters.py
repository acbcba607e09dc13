"""Dead letters: what their headers say, and the records that try them once more.

The fold writes the original with reasons; who wrote it and when are added here, for neither follows
from the input.
"""

from __future__ import annotations

import time
from importlib.metadata import version
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from processors.partition.dead_letters import OURS, STREAMS
from processors.partition.undecidable import HANDED_ON
from processors.runtime.faults import Exit, Fault
from processors.runtime.reading import reader
from schemas.unreadable import DeadLetterReason
from schemas.values import format_instant

if TYPE_CHECKING:
    from processors.partition import Fetched, Outgoing
    from processors.runtime.settings import Settings

APP_VERSION = version("loyalty-ledger").encode()


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
    failed: str
    attempt: int
    key: str
    value: str
    headers: dict[str, str]
    """The headers that came with the input."""


def stamped(letter: Outgoing) -> Outgoing:
    """A dead letter as it is written: by this release, now."""
    now = format_instant(time.time_ns() // 1000)
    added = [(f"{OURS}app_version", APP_VERSION), (f"{OURS}failed_at", now.encode())]
    return replace(letter, headers=[*letter.headers, *added])


def letter_of(record: Fetched) -> Letter:
    """What the record's headers say."""
    said = {name: value.decode(errors="replace") for name, value in record.headers}
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
        "/".join(_original(said)),
        format_instant(int(arrived) * 1000) if arrived.lstrip("-").isdecimal() else "",
        said.get(f"{OURS}failed_at", ""),
        int(said.get(f"{OURS}attempt", "1")),
        (record.key or b"").decode(errors="replace"),
        value,
        came,
    )


def _original(said: dict[str, str]) -> tuple[str, str, str]:
    topic, partition, offset = (
        said.get(f"{STREAMS}{name}", "?") for name in ("topic", "partition", "offset")
    )
    return topic, partition, offset


async def read(settings: Settings, only: tuple[int, int] | None = None) -> list[Fetched]:
    """All dead letters in their order, or the one at a partition and offset."""
    topic = settings.names.of("dead_letters")
    found: list[Fetched] = []
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
            found += records
    return sorted(found, key=lambda one: (one.partition, one.offset))


def again(letter: Fetched, by: str, why: str) -> Fetched:
    """The input as it first came, to where it first came; its headers say who tries it.

    It keeps its first arrival, so it is no later than it was; what came too early arrives now.
    Raises Fault if the letter does not hold its input's bytes, or what it was handed on with.
    """
    said = {name: value.decode(errors="replace") for name, value in letter.headers}
    place = f"{letter.partition}/{letter.offset}"
    topic, partition, _ = _original(said)
    if f"{OURS}value" in said or not partition.isdecimal():
        raise Fault(
            f"dead letter {place} does not hold its input: {'/'.join(_original(said))}",
            "Send the input again from its source.",
            Exit.FAILED,
        )
    if said.get(f"{OURS}stage") == HANDED_ON:
        raise Fault(
            f"dead letter {place} was handed on by another account, which does so once",
            "Send the event again from its source, with another id and the member's own id.",
            Exit.FAILED,
        )
    came = [one for one in letter.headers if not one[0].startswith((STREAMS, OURS))]
    added = {"attempt": str(letter_of(letter).attempt + 1), "retried_by": by, "retried_why": why}
    ours = [(f"{OURS}{name}", text.encode()) for name, text in added.items()]
    early = said.get(f"{OURS}reason") == DeadLetterReason.FUTURE_TIME
    arrival = time.time_ns() // 1_000_000 if early else int(said[f"{OURS}timestamp"])
    return letter._replace(
        topic=topic, partition=int(partition), timestamp=arrival, headers=[*came, *ours]
    )
