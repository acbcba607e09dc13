"""One partition that is ours: its state, its writer, and what waits for it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from processors.runtime.merge import Waiting
from processors.runtime.recovery import recover, unpublished
from processors.runtime.writer import PartitionWriter

if TYPE_CHECKING:
    from processors.partition import Engine, Partition
    from processors.runtime.settings import Settings


class Owned:
    """One partition that is ours."""

    def __init__(self, partition: Partition, writer: PartitionWriter, waiting: Waiting) -> None:
        self.partition = partition
        self.writer = writer
        self.waiting = waiting
        self.lock = asyncio.Lock()
        """Held while a run is folded and committed: one at a time."""


async def open_partition(
    settings: Settings, engine: Engine, number: int, ends: dict[str, int]
) -> Owned:
    """Fence the writers of before, recover the state, publish what they left unpublished.

    `ends` says where each input topic's partition ended when it was taken over.
    """
    writer = PartitionWriter(settings, number)
    try:
        await writer.start()
        partition = await recover(settings, engine, number)
        missing = await unpublished(settings, partition)
        if missing is not None:
            await writer.publish(missing)
            partition.writer.ledger_offset = missing.ledger_offset
    except BaseException:
        # Also when this is cancelled half-way: an open producer must not stay behind.
        await asyncio.shield(writer.stop())
        raise
    positions = {topic: partition.positions.get(topic, 0) for topic in ends}
    return Owned(partition, writer, Waiting(positions, ends))
