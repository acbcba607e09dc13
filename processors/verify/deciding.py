"""The inputs of a partition decided again, in the order in which its ledger has them.

Each record is made anew from the input that it names, to be compared with what was written. What
a record is chained to is taken from the ledger, so one difference does not make all others differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.inputs import PROGRAM_CHANGED, TIME_PASSED
from processors.partition import Partition, planning
from processors.partition.records import LEDGER

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from processors.partition import Batch, Engine, Fetched, HistoryWanted
    from schemas.ledger import LedgerRecord

    History = Callable[[HistoryWanted], Sequence[bytes]]

NEVER = 1 << 62
"""Snapshots are behind by so many records: none is written."""


class Deciding:
    """One partition. `history` reads ledger records that a late input is decided with."""

    def __init__(self, engine: Engine, number: int, count: int, history: History) -> None:
        self.partition = Partition(engine, number, count, lag=NEVER)
        self.history = history

    def again(self, offset: int, record: LedgerRecord, source: Fetched | None) -> list[bytes]:
        """What comes of the record's input today: the bytes of that one record, if all is well.

        `source` is the input that the record names, None if it names none. Raises Broken where
        nothing is due, or the input cannot be decided.
        """
        writer = self.partition.writer
        writer.chain.next_seq, writer.chain.prev = record.seq, record.prev
        writer.ledger_offset = offset
        batch = self._passed(record) if source is None else self._folded(source)
        return [outgoing.value or b"" for outgoing in batch.outgoing[LEDGER]]

    def _folded(self, source: Fetched) -> Batch:
        batch = self.partition.fold([source])
        while batch.wanted:
            read = {want.account: self.history(want) for want in batch.wanted}
            batch = self.partition.fold([source], read)
        return batch

    def _passed(self, record: LedgerRecord) -> Batch:
        """What happened without an input: something fell due, or the program changed."""
        batch = self.partition.begin()
        cause, name = record.cause, record.account
        if cause is not None and name is not None:
            if cause.type == TIME_PASSED:
                self.partition.pass_time(name, cause.time)
            elif cause.type == PROGRAM_CHANGED:
                planning.plan_account(self.partition, name)
        return batch
