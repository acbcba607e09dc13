"""Effects of a record as they travel: one transfer each, to the account's own partition."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import msgspec

from processors.inputs import TIME_PASSED
from processors.partition.reading import FORWARD
from processors.partition.records import Outgoing
from processors.routing import partition_of
from schemas.ledger import Cause, Coordinates, Effect
from schemas.transfers import ENCODER, ForwardedEvent, Transfer, TransferKind
from schemas.values import digest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processors.inputs import Input
    from schemas.ledger import LedgerRecord

MAX_HOPS = 8
"""An event forwarded more often than this runs in a circle and is refused."""


def transfers(record: LedgerRecord, item: Input, number: int, count: int) -> Iterator[Outgoing]:
    """The transfers of a sealed record. Those to this partition go through the topic as well."""
    cause = record.cause or _clock_cause(item, number)
    for index, effect in enumerate(record.effects):
        sent = Transfer(
            arrived=item.arrival // 1000,
            cause=cause,
            data=effect.data,
            id=effect.id,
            index=index,
            kind=cast("TransferKind", effect.kind),
            sender=record.account or "",
            sender_partition=number,
            sender_seq=record.seq,
            time=cause.time if effect.time is None else effect.time,
            to=effect.to,
            hops=item.hops + 1,
        )
        value = ENCODER.encode(sent)
        yield Outgoing(partition_of(effect.to, count), effect.to.encode(), value, ())


def named(record: LedgerRecord) -> tuple[Effect, ...]:
    """The record's effects with their ids: hashes of who, which decision, what, and which of it."""
    at = record.source
    decision = record.member_sequence
    usual = None if record.cause is None else record.cause.time
    if decision is None and at is not None:
        which = f"{at.topic}/{at.partition}/{at.offset}"
    else:
        which = str(decision)
    return tuple(
        msgspec.structs.replace(
            effect,
            id=_id(record.account or "", which, effect.kind, index),
            time=None if effect.time == usual else effect.time,
        )
        for index, effect in enumerate(record.effects)
    )


def _id(account: str, which: str, kind: str, index: int) -> str:
    return digest(f"{account}/{which}/{kind}/{index}".encode())


def _clock_cause(item: Input, number: int) -> Cause:
    at = Coordinates(-1, number, item.time // 1000, "")
    return Cause(at, item.id, "", item.source, item.subject, item.time, TIME_PASSED)


def forward(item: Input, to: str) -> Effect:
    """The effect that hands an input, as it came, to the account it belongs to."""
    data = ForwardedEvent(
        data=msgspec.Raw(item.event),
        id=item.id,
        payload=item.payload,
        source=item.source,
        subject=item.subject,
        time=item.time,
        type=item.type,
        program=item.program,
        testmode=item.testmode,
    )
    return Effect(msgspec.Raw(ENCODER.encode(data)), "", FORWARD, to)
