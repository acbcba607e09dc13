"""What is saved of a partition with each batch: its head, and the snapshots that are behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.partition.head import ENCODER, HEAD_KEY, head_of
from processors.partition.records import SNAPSHOTS

if TYPE_CHECKING:
    from processors.partition.fold import Partition

AT_ONCE = 1_000
"""Snapshots in a batch that has nothing else."""


def finish(partition: Partition) -> None:
    """The batch is whole: snapshots that lag too far, and the head."""
    writer = partition.writer
    batch = writer.batch
    size = len(batch)
    if not size:
        return
    writer.save(writer.chain.next_seq - partition.lag)
    # The commit's marker takes an offset of its own.
    writer.ledger_offset += size + 1
    writer.began = (writer.chain.next_seq - size, batch.ledger_offset)
    _write_head(partition)


def settle(partition: Partition, before: int | None) -> None:
    """Snapshots alone, of accounts that lack a record before this sequence; or any record."""
    writer = partition.writer
    writer.save(writer.chain.next_seq if before is None else before, AT_ONCE)
    if writer.batch.outgoing[SNAPSHOTS]:
        _write_head(partition)


def _write_head(partition: Partition) -> None:
    partition.writer.snapshot(HEAD_KEY, ENCODER.encode(head_of(partition)), ())
