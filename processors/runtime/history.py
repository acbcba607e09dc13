"""Ledger records that late inputs are decided with, read back by their offsets."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from processors.partition import remembered
from processors.runtime.closing import closed
from schemas.chain import Chain
from schemas.upcasts import read_record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.partition import HistoryWanted
    from processors.runtime.settings import Settings
    from schemas.ledger import LedgerRecord

GAP = 150
"""Offsets that lie closer than this are read in one go."""
FETCH_BYTES = 256 * 1024
FETCH_WAIT_MS = 5
STUCK_SECONDS = 12.0


class Histories:
    """One reader of the ledger for a worker, opened when it is first needed."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.topic = settings.names.of("ledger")
        self.consumer: Any = None
        self.lock = asyncio.Lock()

    async def read(
        self, number: int, wanted: Sequence[HistoryWanted]
    ) -> dict[str, list[LedgerRecord]]:
        """The records that each account wants, in the order of its offsets.

        Raises KafkaError, TimeoutError or OSError where they cannot be had now; who asks again
        asks a fresh reader.
        """
        async with self.lock:
            try:
                return await self._read(TopicPartition(self.topic, number), wanted)
            except BaseException:
                await self.close()
                raise

    async def _read(
        self, log: TopicPartition, wanted: Sequence[HistoryWanted]
    ) -> dict[str, list[LedgerRecord]]:
        needed = {offset for want in wanted if not want.whole for offset in want.offsets}
        consumer = await self._open()
        consumer.assign([log])
        found: dict[int, LedgerRecord] = {}
        for first, last in stretches(sorted(needed)):
            consumer.seek(log, first)
            await asyncio.wait_for(self._stretch(log, last, needed, found), STUCK_SECONDS)
        lasts = {want.account: want.offsets[-1] for want in wanted if want.whole}
        whole = await self._whole(log, lasts) if lasts else {}
        return whole | {
            want.account: [found[offset] for offset in want.offsets]
            for want in wanted
            if not want.whole
        }

    async def _whole(
        self, log: TopicPartition, lasts: dict[str, int]
    ) -> dict[str, list[LedgerRecord]]:
        """All that the accounts have, from the ledger's beginning; what does not follow is not."""
        found: dict[str, list[LedgerRecord]] = {name: [] for name in lasts}
        chain, until = Chain(), max(lasts.values())
        position = (await self.consumer.beginning_offsets([log]))[log]
        self.consumer.seek(log, position)
        while position <= until:
            read = self.consumer.getmany(log, timeout_ms=500)
            for record in (await asyncio.wait_for(read, STUCK_SECONDS)).get(log, ()):
                position = record.offset + 1
                name = (record.key or b"").decode(errors="replace")
                if chain.take(record.value) and name in found:
                    decided = read_record(record.value)
                    if remembered(decided):
                        found[name].append(decided)
        return found

    async def _open(self) -> Any:
        if self.consumer is None:
            consumer = AIOKafkaConsumer(
                bootstrap_servers=self.settings.broker,
                isolation_level="read_committed",
                enable_auto_commit=False,
                max_partition_fetch_bytes=FETCH_BYTES,
                fetch_max_wait_ms=FETCH_WAIT_MS,
            )
            await consumer.start()
            self.consumer = consumer
        return self.consumer

    async def _stretch(
        self, log: TopicPartition, last: int, needed: set[int], found: dict[int, LedgerRecord]
    ) -> None:
        while last not in found:
            for record in (await self.consumer.getmany(log, timeout_ms=500)).get(log, ()):
                if record.offset in needed and record.offset <= last:
                    found[record.offset] = read_record(record.value)

    async def close(self) -> None:
        """Close the reader, if it was ever opened."""
        if self.consumer is not None:
            await closed(self.consumer)
            self.consumer = None


def stretches(offsets: Sequence[int]) -> list[tuple[int, int]]:
    """First and last offsets of stretches to read, with small gaps read over."""
    found: list[tuple[int, int]] = []
    for offset in offsets:
        if found and offset - found[-1][1] <= GAP:
            found[-1] = (found[-1][0], offset)
        else:
            found.append((offset, offset))
    return found
