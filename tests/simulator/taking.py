"""What brokers take away in their own time: by compaction, and by retention."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiokafka.record.default_records import DefaultRecordBatchBuilder

if TYPE_CHECKING:
    from tests.simulator.log import Kept, Log, Record
    from tests.simulator.world import World


def compact(world: World) -> int:
    """Leave the latest balance of each member. Returns how many are gone."""
    gone = 0
    for log in world.cluster.topics[world.settings.names.of("balances")]:
        latest = {record.key: record.offset for record in log.committed()}
        kept = [(one, _left(log, one, set(latest.values()))) for one in log.batches]
        gone += sum(1 for _ in log.committed()) - len(latest)
        log.batches = [_thinned(one, left) for one, left in kept if left is None or left]
    return gone


def expire(world: World, role: str) -> int:
    """Everything of a topic grew too old. Returns how many records are gone."""
    gone = 0
    for log in world.cluster.topics[world.settings.names.of(role)]:
        gone += sum(1 for _ in log.committed())
        log.batches, log.start = [], log.end
    return gone


def _left(log: Log, batch: Kept, offsets: set[int]) -> list[Record] | None:
    """The records of a batch that stay. None: it holds none that was committed."""
    if batch.is_control or log.is_aborted(batch):
        return None
    within = (one for one in log.committed(batch.base) if one.offset <= batch.last)
    return [one for one in within if one.offset in offsets]


def _thinned(batch: Kept, left: list[Record] | None) -> Kept:
    """The batch with these records alone, each at its offset."""
    if left is None:
        return batch
    builder = DefaultRecordBatchBuilder(2, 0, 1, batch.pid, batch.epoch, 0, 1 << 30)
    for one in left:
        headers: list[tuple[str, bytes | None]] = [*one.headers]
        builder.append(one.offset - batch.base, one.timestamp, one.key, one.value, headers)
    return batch._replace(data=batch.base.to_bytes(8, "big") + bytes(builder.build())[8:])
