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
    from collections.abc import Iterable, Sequence

    from processors.partition import HistoryWanted
    from processors.runtime.settings import Settings

GAP = 150
"""Offsets that lie closer than this are read in one go."""
FETCH_BYTES = 256 * 1024
FETCH_WAIT_MS = 5
STUCK_SECONDS = 12.0
NEAR_BYTES = 32 << 20
"""Of records that were read lately, wanted or not: what lies close together is wanted together."""


class Near:
    """Records that were read lately, by partition and offset, within a bound of bytes."""

    def __init__(self, most: int = NEAR_BYTES) -> None:
        self.most = most
        self.size = 0
        self.values: dict[tuple[int, int], bytes] = {}

    def keep(self, number: int, offset: int, value: bytes) -> None:
        """Keep a record; the ones that were read first go where there are too many."""
        if (number, offset) not in self.values:
            self.values[number, offset] = value
            self.size += len(value)
        while self.size > self.most:
            self.size -= len(self.values.pop(next(iter(self.values))))

    def of(self, number: int, offsets: Iterable[int]) -> dict[int, bytes]:
        """Those of these offsets that are here."""
        values = self.values
        return {at: values[number, at] for at in offsets if (number, at) in values}


class Histories:
    """One reader of the ledger for a worker, opened when it is first needed."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.topic = settings.names.of("ledger")
        self.consumer: Any = None
        self.near = Near()
        self.lock = asyncio.Lock()

    async def read(self, number: int, wanted: Sequence[HistoryWanted]) -> dict[str, list[bytes]]:
        """The records that each account wants, as bytes, in the order of its offsets.

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
    ) -> dict[str, list[bytes]]:
        needed = {offset for want in wanted if not want.whole for offset in want.offsets}
        lasts = {want.account: want.offsets[-1] for want in wanted if want.whole}
        found = self.near.of(log.partition, needed)
        needed -= found.keys()
        whole: dict[str, list[bytes]] = {}
        if needed or lasts:
            # A client that is assigned and stopped at once never ends: where nothing is to be
            # read it is not asked.
            (await self._open()).assign([log])
            for first, last in stretches(sorted(needed)):
                self.consumer.seek(log, first)
                await asyncio.wait_for(self._stretch(log, last, needed, found), STUCK_SECONDS)
            whole = await self._whole(log, lasts) if lasts else {}
        return {
            want.account: whole[want.account]
            if want.whole
            else [found[offset] for offset in want.offsets]
            for want in wanted
        }

    async def _whole(self, log: TopicPartition, lasts: dict[str, int]) -> dict[str, list[bytes]]:
        """All that the accounts have, from the ledger's beginning; what does not follow is not."""
        found: dict[str, list[bytes]] = {name: [] for name in lasts}
        chain, until = Chain(), max(lasts.values())
        position = (await self.consumer.beginning_offsets([log]))[log]
        self.consumer.seek(log, position)
        while position <= until:
            for record in await asyncio.wait_for(self._next(log), STUCK_SECONDS):
                position = record.offset + 1
                name = (record.key or b"").decode(errors="replace")
                own = chain.take(record.value) and name in found
                if own and remembered(read_record(record.value)):
                    found[name].append(record.value)
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
        self, log: TopicPartition, last: int, needed: set[int], found: dict[int, bytes]
    ) -> None:
        while last not in found:
            for record in await self._next(log):
                self.near.keep(log.partition, record.offset, record.value)
                if record.offset in needed and record.offset <= last:
                    found[record.offset] = record.value

    async def _next(self, log: TopicPartition) -> Sequence[Any]:
        """The records that come next, however long that takes."""
        records: Sequence[Any] = ()
        while not records:
            records = (await self.consumer.getmany(log, timeout_ms=500)).get(log, ())
        return records

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
