"""Bring a partition back: its snapshots, then the tail of the ledger, to the committed end.

What the last run published is compared with the ledger, and what is missing is published again;
but not what compaction or retention has taken, for it would come back as if it were new.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import structlog
from msgspec import DecodeError

from processors.partition import Partition
from processors.partition.records import (
    BALANCES,
    ELIGIBILITY,
    NOTICES,
    Batch,
    Outgoing,
)
from processors.runtime.reading import reader
from projections.outputs import outputs
from schemas.chain import LINKS, Chain
from schemas.topics import BY_ROLE, FOR_EVER
from schemas.upcasts import read_record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.partition import Engine, Fetched
    from processors.runtime.reading import Reader
    from processors.runtime.settings import Settings

log = structlog.get_logger("recovery")
REPORT_SECONDS = 5.0
OUTPUTS = (BALANCES, ELIGIBILITY, NOTICES)


async def recover(settings: Settings, engine: Engine, number: int) -> Partition:
    """The partition as its ledger says. Its writer must have been started before."""
    began = time.monotonic()
    cache, lag = settings.cached_accounts, settings.lag_records
    partition = Partition(engine, number, settings.partitions, cache, lag)
    names = settings.names
    async with reader(settings.broker) as read:
        progress = _Progress(number)
        spans = await read.spans([(names.of("snapshots"), number)])
        async for records in read.read(spans):
            for record in records:
                if record.key is not None:
                    partition.apply_snapshot(record.key, record.value, record.headers)
            progress.count("snapshots", len(records))
        (span,) = await read.spans([(names.of("ledger"), number)])
        tail = span._replace(start=max(span.start, partition.writer.ledger_offset))
        async for records in read.read([tail]):
            for record in records:
                partition.apply_record(record.offset, record.value)
            progress.count("ledger", len(records))
        partition.recovered()
        partition.writer.ledger_offset = max(partition.writer.ledger_offset, span.end)
    log.info(
        "recovered",
        partition=number,
        accounts=len(partition.store),
        next_seq=partition.writer.chain.next_seq,
        seconds=round(time.monotonic() - began, 3),
    )
    return partition


async def unpublished(settings: Settings, partition: Partition) -> Batch | None:
    """Outputs of the last run that are not on their topics, to be published again."""
    names = settings.names
    number = partition.number
    seq, began = partition.writer.began
    chain: Chain | None = None
    async with reader(settings.broker) as read:
        (span,) = await read.spans([(names.of("ledger"), number)])
        if span.end <= began:
            return None
        wanted: list[tuple[str, Outgoing]] = []
        oldest = None
        async for records in read.read([span._replace(start=max(began, span.start))]):
            for record in records:
                chain = chain or _chain_from(seq, record)
                if chain is None or not chain.take(record.value):
                    continue
                oldest = record.timestamp if oldest is None else min(oldest, record.timestamp)
                wanted += _published_by(record, number)
        if not wanted or oldest is None:
            return None
        there = await _there(read, settings, number, oldest)
    batch = Batch(partition.writer.ledger_offset)
    missing = _missing(wanted, there)
    if not missing:
        return None
    for role, outgoing in missing:
        batch.outgoing[role].append(outgoing)
    log.warning("publishing again", partition=number, outputs=len(missing))
    return batch


def _missing(
    wanted: Sequence[tuple[str, Outgoing]], there: set[tuple[str, bytes]]
) -> list[tuple[str, Outgoing]]:
    """What is not there, in its order.

    A balance of which a later one is there was compacted. Behind it, it would be the latest one.
    """
    missing: list[tuple[str, Outgoing]] = []
    replaced: set[bytes | None] = set()
    for role, outgoing in reversed(wanted):
        if (role, _id_of(outgoing.headers)) not in there:
            if outgoing.key not in replaced or role != BALANCES:
                missing.append((role, outgoing))
        elif role == BALANCES:
            replaced.add(outgoing.key)
    return missing[::-1]


def _chain_from(seq: int, record: Fetched) -> Chain | None:
    """The chain as it was before the run's first record. None: this is not that record."""
    try:
        link = LINKS.decode(record.value or b"")
    except (DecodeError, UnicodeDecodeError):
        return None
    return Chain(seq, link.prev) if link.seq == seq else None


def _published_by(record: Fetched, number: int) -> list[tuple[str, Outgoing]]:
    decided = read_record(record.value or b"")
    if decided.member_sequence is None:
        return []
    now_ms = time.time_ns() // 1_000_000
    return [
        (role, Outgoing(number, key, value, headers))
        for role, key, value, headers in outputs(decided)
        if _is_kept(role, now_ms - record.timestamp)
    ]


def _is_kept(role: str, age_ms: int) -> bool:
    """True for what is so young that its topic has it, by the topic's retention."""
    most_ms = BY_ROLE[role].retention_ms
    return most_ms == FOR_EVER or age_ms < most_ms


async def _there(
    read: Reader, settings: Settings, number: int, since_ms: int
) -> set[tuple[str, bytes]]:
    """Ids of outputs on their topics, appended no earlier than the last run."""
    there: set[tuple[str, bytes]] = set()
    for role in OUTPUTS:
        topic = settings.names.of(role)
        (span,) = await read.spans([(topic, number)])
        start = await read.offset_at(topic, number, since_ms - 60_000)
        if start is None:
            continue
        async for records in read.read([span._replace(start=max(span.start, start))]):
            there.update((role, _id_of(record.headers)) for record in records)
    return there


def _id_of(headers: object) -> bytes:
    for name, value in headers:  # type: ignore[attr-defined]  # pairs of name and bytes
        if name == "ce_id":
            return bytes(value)
    return b""


class _Progress:
    def __init__(self, partition: int) -> None:
        self.partition = partition
        self.counts: dict[str, int] = {}
        self.said = time.monotonic()

    def count(self, what: str, more: int) -> None:
        self.counts[what] = self.counts.get(what, 0) + more
        if time.monotonic() - self.said > REPORT_SECONDS:
            self.said = time.monotonic()
            log.info("recovering", partition=self.partition, **self.counts)
