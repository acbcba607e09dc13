"""Rebuild a partition from what Kafka holds: snapshots first, then the ledger beyond the head."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.accounts.account import STATE_VERSION
from processors.accounts.evolve import evolve
from processors.partition.head import DECODER as HEAD_DECODER
from processors.partition.head import HEAD_KEY, Head, Refused, named_by
from processors.partition.records import SNAPSHOTS, Batch
from processors.partition.trail import EMPTY
from schemas.ledger import RECORD_VERSION
from schemas.upcasts import read_record

if TYPE_CHECKING:
    from processors.partition.fold import Partition
    from processors.partition.records import Headers
    from processors.partition.store import Store
    from processors.programs.compiled import Program
    from schemas.ledger import LedgerRecord


def apply_snapshot(partition: Partition, key: bytes, value: bytes | None, headers: Headers) -> None:
    """Take one snapshot record as it was written. Accounts are not decoded."""
    if key == HEAD_KEY:
        if value is not None:
            _take_head(partition, HEAD_DECODER.decode(value))
        return
    slot, name = named_by(key)
    store = partition.store
    if slot is None:
        store.restore(name, value, headers)
    elif value is None:
        store.checkpoints.pop((slot, name), None)
    else:
        store.checkpoints[slot, name] = value


def apply_record(partition: Partition, offset: int, value: bytes | None) -> bool:
    """Fold one record of the ledger. One that does not continue the chain is ignored."""
    writer = partition.writer
    if offset < writer.ledger_offset:
        return False
    writer.ledger_offset = offset + 1
    if value is None or not writer.chain.take(value):
        return False
    record = read_record(value)
    source = record.source
    if source is not None:
        partition.positions[source.topic] = source.offset + 1
    if record.transfer is not None:
        sender, seq, index = record.transfer
        known = partition.transfers.get(str(sender), (0, -1))
        # A repeat has a record too, and is older than what was folded before it.
        partition.transfers[str(sender)] = max(known, (seq, index))
    if record.program_version is not None:
        if record.program_version not in writer.labels:
            raise Refused(_unknown_version(record))
        writer.use(record.program_version)
    if record.account is not None and record.unreadable is None:
        _follow(partition, record, record.account, value)
    return True


def _follow(partition: Partition, record: LedgerRecord, name: str, value: bytes) -> None:
    writer = partition.writer
    account = partition.store.open(name)
    if record.cause is not None and record.cause.time < account.time:
        _level(partition.store, name, record.cause.time)
    account = evolve(account, record)
    arrival = 0 if record.cause is None else record.cause.at.timestamp * 1000
    writer.batch = Batch(writer.ledger_offset)
    if writer.follow(name, account, record, value, arrival) or record.changes:
        partition.store.rest(name, account)
        writer.touched[name] = account
    writer.owed += writer.batch.outgoing[SNAPSHOTS]


def _level(store: Store, name: str, time: int) -> None:
    """A late record: a checkpoint that should hold it does not, so the one before it serves."""
    trail = store.trails.get(name)
    if trail is not None and time < trail.young_cut:
        trail.level()
        store.checkpoints[1 - trail.older, name] = store.checkpoints.get((trail.older, name), EMPTY)


def _take_head(partition: Partition, head: Head) -> None:
    writer = partition.writer
    program = partition.engine.program
    _check_place(partition, head)
    check_versions(program, head)
    writer.chain.next_seq = head.next_seq
    writer.chain.prev = head.prev
    writer.ledger_offset = head.ledger_offset
    writer.versions = dict(head.versions)
    writer.began = (head.began_seq, head.began_offset)
    partition.positions = dict(head.positions)
    partition.transfers = dict(head.transfers)


def _check_place(partition: Partition, head: Head) -> None:
    if (head.partition, head.partitions) != (partition.number, partition.count):
        raise Refused(
            f"the head of partition {head.partition} was written with {head.partitions} partitions;"
            f" there are {partition.count} now. The partition count is fixed for life."
        )
    if head.record_version > RECORD_VERSION or head.state_version > STATE_VERSION:
        raise Refused(
            f"partition {partition.number} was written by a newer release (record version"
            f" {head.record_version}, state version {head.state_version}). Start that release."
        )


def check_versions(program: Program, head: Head) -> None:
    """Refuse a program of which a version that has decided something is not what it was."""
    if head.program != program.id:
        raise Refused(f"this ledger is the book of {head.program}, not of {program.id}")
    now = {version.id: version.hash for version in program.versions}
    for hashed, label in head.versions.items():
        if label not in now:
            raise Refused(f"version {label} has decided events and is not in the program any more")
        if now[label] != hashed:
            raise Refused(
                f"version {label} of {program.id} has decided events and was changed since."
                " Put it back, and say what changes as a new version."
            )


def _unknown_version(record: LedgerRecord) -> str:
    return (
        f"ledger record {record.seq} was decided by program version {record.program_version},"
        " which the program does not have. Put that version back."
    )
