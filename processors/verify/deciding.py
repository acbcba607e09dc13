"""The inputs of a partition decided again, in the order in which its ledger has them.

Each record is made anew from the input that it names, to be compared with what was written. What
a record is chained to is taken from the ledger, so one difference does not make all others differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from msgspec import json

from processors.inputs import PROGRAM_CHANGED, TIME_PASSED
from processors.partition import Partition, planning
from processors.partition.records import LEDGER
from schemas.unreadable import DeadLetterReason

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from processors.partition import Batch, Engine, Fetched, HistoryWanted
    from schemas.ledger import LedgerRecord

NEVER = 1 << 62
"""Snapshots are behind by so many records: none is written."""


class Again(NamedTuple):
    """What comes of an input today."""

    values: list[bytes]
    """The bytes of one record, if all is well."""
    wanted: Sequence[HistoryWanted] = ()
    """Ledger records to read first; then ask again with them."""


class Deciding:
    """One partition."""

    def __init__(self, engine: Engine, number: int, count: int) -> None:
        self.partition = Partition(engine, number, count, lag=NEVER)

    def again(
        self,
        offset: int,
        record: LedgerRecord,
        source: Fetched | None,
        histories: Mapping[str, Sequence[bytes]] | None = None,
    ) -> Again:
        """Decide what a record decided. `source` is the input that it names, None if it names none.

        Raises Broken where nothing is due, or the input cannot be decided, and Undecidable where
        rule code fails at what it could decide before.
        """
        writer = self.partition.writer
        writer.chain.next_seq, writer.chain.prev = record.seq, record.prev
        writer.ledger_offset = offset
        self.partition.aside = _set_aside(record)
        fold = self.partition.fold
        batch = self._pass(record) if source is None else fold([source], histories)
        return Again([one.value or b"" for one in batch.outgoing[LEDGER]], batch.wanted)

    def believe(self, offset: int, value: bytes) -> None:
        """Take a record as it is: its input is not there any more."""
        self.partition.writer.ledger_offset = offset
        self.partition.apply_record(offset, value)

    def _pass(self, record: LedgerRecord) -> Batch:
        """What happened without an input: something fell due, or the program changed."""
        batch = self.partition.begin()
        cause, name = record.cause, record.account
        if cause is not None and name is not None:
            if cause.type == TIME_PASSED:
                self.partition.pass_time(name, cause.time)
            elif cause.type == PROGRAM_CHANGED:
                planning.plan_account(self.partition, name)
        return batch


def _set_aside(record: LedgerRecord) -> dict[tuple[str, int], str]:
    """What failed in the release of its time stays aside, whatever this one can do."""
    at, said = record.source, record.unreadable
    if at is None or said is None or said["reason"] != DeadLetterReason.UNDECIDABLE:
        return {}
    return {(at.topic, at.offset): ""}


def otherwise(was: bytes, now: Sequence[bytes]) -> tuple[str, ...]:
    """Fields of a record that come out another way; empty if it is the same.

    When an account's timers were set depends on when the program's versions were deployed, which is
    no input, so they are not compared: what they bring about has records of its own.
    """
    if list(now) == [was]:
        return ()
    if len(now) != 1:
        return (f"{len(now)} records",)
    before, after = _fields(was), _fields(now[0])
    names = sorted(before.keys() | after.keys())
    return tuple(name for name in names if before.get(name) != after.get(name))


def _fields(value: bytes) -> dict[str, object]:
    found: dict[str, object] = json.decode(value)
    changes = found.pop("changes", ())
    if isinstance(changes, list):
        found["changes"] = [change for change in changes if change[0] != "timers"]
    return found
