"""From a fetched record to the input that a step is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from msgspec import DecodeError

from processors.inputs import PROGRAM_CHANGED, TIME_PASSED, Input
from processors.partition.addresses import addressed
from schemas.accounts import ALIAS
from schemas.decoding import decode_data
from schemas.transfers import DECODER, EVENT_DECODER
from schemas.unreadable import DeadLetterReason, Unreadable
from schemas.values import YEARS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from processors.accounts.account import Account
    from processors.inputs import History, NeedsHistory, Step
    from processors.partition.records import Headers
    from processors.programs.compiled import Program
    from schemas.intake import Received
    from schemas.ledger import Coordinates, LedgerRecord
    from schemas.transfers import ForwardedEvent, Transfer

HOUR = 3_600_000_000
FORWARD = "forward"
CLOCK = "clock"
"""Not sent by an account: an operator says that time has passed, for books on stream time."""
FOREIGN = "must be a transfer to this partition, as the partitions of this ledger send them"


class Engine(NamedTuple):
    """What a partition folds with. All of it pure; the same for every partition."""

    program: Program
    step: Callable[[Account, Input, Program, History | None], Step | NeedsHistory]
    read: Callable[[bytes | None, Headers], Received]
    """Raises `Unreadable`."""
    account_of: Callable[[str], str]
    """The account that a subject names: a member id, or that of an alias."""
    outputs: Callable[[LedgerRecord], Iterable[tuple[str, bytes, bytes | None, Headers]]]
    aliases: str = ""
    """Fingerprint of what the accounts of aliases are named by."""
    transfers_topic: str = "loyalty.transfers.v1"
    decode: Callable[[str, bytes], object] = decode_data
    """The data of an event or a transfer, by its type. Raises for what is none of it."""
    ahead: int = HOUR
    """How far an event's time may lie ahead of its arrival, in microseconds."""
    whole: int = 512
    """Below so many records an account keeps its whole history: no transfer is too late for it,
    however far another partition's stream ran ahead, and it needs no checkpoint."""
    listed: int = 8_192
    """So many records of an account are found by their offsets at least; what lies before its
    checkpoints and is not listed any more takes a reading of the whole ledger."""


def event_input(engine: Engine, received: Received, account: str, at: Coordinates) -> Input:
    """An event that entered here, under the account that its subject names."""
    data, event = addressed(received, engine.account_of)
    return Input(
        received.type,
        received.source,
        received.id,
        account,
        received.time,
        at.timestamp * 1000,
        data,
        event,
        received.payload,
        at,
        None,
        received.program,
        received.testmode,
        traceparent=received.traceparent,
    )


class Sent(NamedTuple):
    """A transfer, and what is in it."""

    transfer: Transfer
    event: ForwardedEvent | None
    data: object


def sent(engine: Engine, value: bytes | None, here: Callable[[str], bool]) -> Sent:
    """The transfer in a record. Raises Unreadable for what no partition of this ledger has sent."""
    try:
        transfer = DECODER.decode(value or b"")
        event = EVENT_DECODER.decode(transfer.data) if transfer.kind == FORWARD else None
        kind = f"transfer.{transfer.kind}" if event is None else event.type
        inner = bytes(transfer.data if event is None else event.data)
        data = None if transfer.kind == CLOCK else engine.decode(kind, inner)
        fit = transfer.kind == CLOCK or here(transfer.to)
        times = [transfer.time, transfer.cause.time, *([event.time] if event else [])]
        fit = fit and transfer.hops >= 0 and all(YEARS[0] <= time < YEARS[1] for time in times)
    except (DecodeError, ValueError, KeyError):
        fit = False
    if not fit:
        raise Unreadable(DeadLetterReason.INVALID_DATA, "transfer", "", FOREIGN)
    return Sent(transfer, event, data)


def forwarded_input(sent: Sent, event: ForwardedEvent, at: Coordinates) -> Input:
    """An event that another account handed on; it entered elsewhere."""
    transfer = sent.transfer
    alias = event.subject.startswith(ALIAS)
    return Input(
        event.type,
        event.source,
        event.id,
        transfer.to if alias else event.subject,
        event.time,
        (transfer.arrived if event.arrived is None else event.arrived) * 1000,
        sent.data,
        bytes(event.data),
        event.payload,
        at,
        event.at or transfer.cause.at,
        event.program,
        event.testmode,
        event.settles,
        transfer.hops,
        transfer.cause.w3c_traceparent,
    )


def transfer_input(sent: Sent, at: Coordinates) -> Input:
    """What another account does to this one."""
    transfer = sent.transfer
    cause = transfer.cause
    return Input(
        f"transfer.{transfer.kind}",
        cause.source,
        transfer.id,
        transfer.to,
        transfer.time,
        transfer.arrived * 1000,
        sent.data,
        bytes(transfer.data),
        "",
        at,
        cause.at,
        hops=transfer.hops,
        traceparent=cause.w3c_traceparent,
    )


def due_input(account: str, instant: int) -> Input:
    """The passing of time up to an instant at which the account has something due."""
    name = f"{account}/{instant}"
    return Input(TIME_PASSED, "clock", name, account, instant, instant, None, b"", "", None)


def changed_input(account: str, instant: int, program: Program) -> Input:
    """The program is another than the one by which the account, last at `instant`, was planned."""
    kind, name = PROGRAM_CHANGED, f"{account}/{program.hash}"
    return Input(kind, "program", name, account, instant, instant, None, b"", "", None)
