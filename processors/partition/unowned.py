"""Ledger records of the partition itself: inputs that no account has decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Raw

from processors.inputs import cause_of
from processors.partition.dead_letters import Fault, dead_letter, fingerprint
from processors.partition.effects import forward
from processors.partition.records import DEAD_LETTERS, Broken
from schemas.ledger import RECORD_VERSION, Coordinates, LedgerRecord, Refusal

if TYPE_CHECKING:
    from processors.inputs import Input
    from processors.partition.records import Fetched
    from processors.partition.writer import Writer
    from schemas.ledger import Outcome
    from schemas.transfers import Transfer


def bury(writer: Writer, fetched: Fetched, fault: Fault, sent: Transfer | None = None) -> None:
    """Write a record without account, and a dead letter with what came."""
    record = buried(fetched, fault)
    if sent is not None:
        record.transfer = place_of(sent)
    writer.seal(record, None)
    version = writer.engine.program.version_at(fetched.timestamp * 1000).hash
    writer.batch.outgoing[DEAD_LETTERS].append(dead_letter(fetched, fault, version))


def hand_on(writer: Writer, item: Input, name: str) -> None:
    """Write a record without account, and a transfer to where the event belongs."""
    record = plain("forwarded", item, writer.engine.program.id)
    record.effects = (forward(item, name),)
    writer.seal(record, None)
    writer.send(record, item)


def buried(fetched: Fetched, fault: Fault) -> LedgerRecord:
    """An input that could not be read or decided, and where and why."""
    place = {"hash": fingerprint(fetched.value), "reason": fault.reason, "stage": fault.stage}
    if fault.path:
        place["path"] = fault.path
    at = Coordinates(fetched.offset, fetched.partition, fetched.timestamp, fetched.topic)
    return LedgerRecord("dead_lettered", "", 0, RECORD_VERSION, source=at, unreadable=place)


def plain(outcome: Outcome, item: Input, program: str) -> LedgerRecord:
    """An event that entered here, and is decided elsewhere or nowhere."""
    at = item.at
    if at is None:
        raise Broken("it was consumed nowhere", item.subject)
    cause = cause_of(item, item.entered or at)
    return LedgerRecord(outcome, "", 0, RECORD_VERSION, cause=cause, program=program, source=at)


def repeated(transfer: Transfer, at: Coordinates) -> LedgerRecord:
    """A transfer that arrived before."""
    record = LedgerRecord("duplicate", "", 0, RECORD_VERSION, cause=transfer.cause, source=at)
    record.transfer = place_of(transfer)
    return record


def told(transfer: Transfer, at: Coordinates) -> LedgerRecord:
    """An operator's word that time has passed."""
    record = LedgerRecord("accepted", "", 0, RECORD_VERSION, cause=transfer.cause, source=at)
    record.transfer = place_of(transfer)
    return record


def in_a_circle(item: Input, transfer: Transfer, program: str) -> LedgerRecord:
    """An event that was forwarded too often."""
    record = plain("refused", item, program)
    record.transfer = place_of(transfer)
    record.event = Raw(item.event)
    record.refusals = (Refusal("unknown_member", detail="forwarded in a circle"),)
    return record


def place_of(transfer: Transfer) -> tuple[int, int, int]:
    """Where a transfer was sent: partition, sequence, and which of that record's."""
    return transfer.sender_partition, transfer.sender_seq, transfer.index
