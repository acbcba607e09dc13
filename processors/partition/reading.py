"""From a fetched record to the input that a step is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from processors.inputs import PROGRAM_CHANGED, TIME_PASSED, Input
from processors.partition.addresses import addressed
from schemas.accounts import ALIAS
from schemas.transfers import EVENT_DECODER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from processors.accounts.account import Account
    from processors.inputs import History, NeedsHistory, Step
    from processors.partition.records import Headers
    from processors.programs.compiled import Program
    from schemas.intake import Received
    from schemas.ledger import Coordinates, LedgerRecord
    from schemas.transfers import Transfer

HOUR = 3_600_000_000


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


def forwarded_input(transfer: Transfer, at: Coordinates) -> Input:
    """An event that another account handed on; it entered elsewhere."""
    event = EVENT_DECODER.decode(transfer.data)
    alias = event.subject.startswith(ALIAS)
    return Input(
        event.type,
        event.source,
        event.id,
        transfer.to if alias else event.subject,
        event.time,
        (transfer.arrived if event.arrived is None else event.arrived) * 1000,
        None,
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


def transfer_input(transfer: Transfer, at: Coordinates) -> Input:
    """What another account does to this one."""
    cause = transfer.cause
    return Input(
        f"transfer.{transfer.kind}",
        cause.source,
        transfer.id,
        transfer.to,
        transfer.time,
        transfer.arrived * 1000,
        None,
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
