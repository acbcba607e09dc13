"""Rebuild a partition from what Kafka holds: its snapshots, then the ledger from their tail on.

A snapshot may be behind the head. The head says from where the ledger holds what the snapshots
lack, and each of them says up to which record it goes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.accounts.account import STATE_VERSION
from processors.accounts.evolve import evolve
from processors.partition.head import DECODER as HEAD_DECODER
from processors.partition.head import HEAD_KEY, Head, Refused, checkpoint_key, named_by
from processors.partition.records import SNAPSHOTS, Batch
from processors.partition.store import SEQ
from processors.partition.trail import EMPTY
from processors.partition.unsaved import Place
from schemas.ledger import RECORD_VERSION
from schemas.upcasts import read_record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from processors.partition.fold import Partition
    from processors.partition.reading import Engine
    from processors.partition.records import Headers
    from processors.partition.writer import Writer
    from processors.programs.compiled import Program
    from schemas.ledger import LedgerRecord

SPACING = 500
"""Records between two places of the tail from which it can be read on."""


class Recovering:
    """What is known only while a partition is being rebuilt."""

    __slots__ = ("began", "head_prev", "head_seq", "saved")

    def __init__(self) -> None:
        self.saved: dict[str, int] = {}
        """By account: the first record that its snapshot does not hold."""
        self.head_seq = 0
        self.head_prev = ""
        self.began = False
        """True once a record of the ledger was seen."""


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
        partition.recovering.saved[name] = next((int(v) for h, v in headers if h == SEQ), 0)
    elif value is None:
        store.checkpoints.pop((slot, name), None)
    else:
        store.checkpoints[slot, name] = value


def apply_record(partition: Partition, offset: int, value: bytes | None) -> bool:
    """Fold one record of the ledger. One that does not continue the chain is ignored."""
    writer, recovering = partition.writer, partition.recovering
    chain = writer.chain
    if offset < writer.ledger_offset:
        return False
    if not recovering.began or chain.next_seq % SPACING == 0:
        recovering.began = True
        writer.unsaved.begin(Place(chain.next_seq, chain.prev, offset))
    writer.ledger_offset = offset + 1
    if value is None or not chain.take(value):
        return False
    record = read_record(value)
    beyond = record.seq >= recovering.head_seq
    if not recovering.head_seq:
        partition.planned = ""
    if beyond:
        _advance(partition, record)
    elif chain.next_seq == recovering.head_seq and chain.prev != recovering.head_prev:
        raise Refused(_apart(partition))
    name = None if record.unreadable else record.account
    if name is not None and record.seq >= recovering.saved.get(name, 0):
        _follow(writer, record, name, value, beyond=beyond)
    return True


def finish(partition: Partition) -> None:
    """The ledger was read to its end. Raises Refused if it ends before the head."""
    if partition.writer.chain.next_seq < partition.recovering.head_seq:
        raise Refused(_apart(partition))
    partition.recovering = Recovering()


def _advance(partition: Partition, record: LedgerRecord) -> None:
    """What the head would say of a record that it does not know."""
    writer = partition.writer
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


def _follow(writer: Writer, record: LedgerRecord, name: str, value: bytes, *, beyond: bool) -> None:
    account = writer.store.open(name)
    writer.batch = Batch(writer.ledger_offset)
    # Up to the head, whatever changed a checkpoint was saved with it.
    if beyond and record.cause is not None and record.cause.time < account.time:
        _level(writer, name, record.cause.time)
    account = evolve(account, record)
    arrival = 0 if record.cause is None else record.cause.at.timestamp * 1000
    if writer.follow(name, account, record, value, arrival) or record.changes:
        writer.touch(name)
    writer.owed += writer.batch.outgoing[SNAPSHOTS]


def _level(writer: Writer, name: str, time: int) -> None:
    """A late record: a checkpoint that should hold it does not, so the one before it serves."""
    store = writer.store
    trail = store.trails.get(name)
    if trail is not None and time < trail.young_cut:
        trail.level(time)
        older = store.checkpoints.get((trail.older, name), EMPTY) if trail.older_cut else EMPTY
        for slot in (0, 1):
            store.checkpoints[slot, name] = older
            writer.snapshot(checkpoint_key(slot, name), older or None, ())
        writer.unsaved.force(name)


def _take_head(partition: Partition, head: Head) -> None:
    writer = partition.writer
    program = partition.engine.program
    _check_place(partition, head)
    check_versions(program, head)
    _check_settings(partition.engine, head)
    partition.planned = head.planned
    partition.recovering.head_seq, partition.recovering.head_prev = head.next_seq, head.prev
    end = Place(head.next_seq, head.prev, head.ledger_offset)
    writer.chain.next_seq, writer.chain.prev, writer.ledger_offset = head.tail or end
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


def _check_settings(engine: Engine, head: Head) -> None:
    """Refuse what would make other members, or other events, of known ones. Early heads lack it."""
    if head.aliases not in {"", engine.aliases}:
        raise Refused(
            "LOYALTY_ALIAS_SECRET, or the program's phone_region, is another than this ledger was"
            " begun with: no alias would be known any more. Put it back."
        )
    days = engine.program.late_horizon_days
    if head.horizon_days and days > head.horizon_days:
        raise Refused(
            f"late.horizon_days was {head.horizon_days} and is {days} now: ids of older events are"
            " forgotten, so one that came twice would count twice. It may only become shorter."
        )


def check_versions(program: Program, head: Head) -> None:
    """Refuse a program of which a version that has decided something is not what it was."""
    if head.program != program.id:
        raise Refused(f"this ledger is the book of {head.program}, not of {program.id}")
    now = {version.id: version for version in program.versions}
    for hashed, label in head.versions.items():
        if label not in now:
            raise Refused(f"version {label} has decided events and is not in the program any more")
        if now[label].hash != hashed:
            what = _changed(head.parts.get(hashed), now[label].parts)
            raise Refused(
                f"version {label} of {program.id} has decided events and was changed since{what}."
                " Put it back, and say what changes as a new version."
            )


def _changed(was: Mapping[str, str] | None, now: Mapping[str, str]) -> str:
    """Where a version was changed. An earlier release has not noted that."""
    if was is None:
        return ""
    places = sorted(name for name in was.keys() | now.keys() if was.get(name) != now.get(name))
    return f": {', '.join(places)}" if places else ""


def _apart(partition: Partition) -> str:
    return (
        f"the ledger of partition {partition.number} does not lead to its head, which follows"
        f" record {partition.recovering.head_seq - 1}. See `loyalty ledger verify`."
    )


def _unknown_version(record: LedgerRecord) -> str:
    return (
        f"ledger record {record.seq} was decided by program version {record.program_version},"
        " which the program does not have. Put that version back."
    )
