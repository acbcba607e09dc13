"""One partition of a topic as a broker keeps it: batches, producers, open and aborted transactions.

Batches are kept as bytes, as they were sent, with the offsets and the append time filled in.
"""

from __future__ import annotations

import struct
from collections import deque
from typing import TYPE_CHECKING, Any, NamedTuple

from aiokafka import errors
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.memory_records import MemoryRecords
from aiokafka.record.util import calc_crc32c

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

HEADER = struct.Struct(">qiibIhiqqqhii")
ATTRIBUTES = 21
"""Where what the checksum covers begins."""
APPEND_TIME, TRANSACTIONAL, CONTROL = 0x08, 0x10, 0x20
REMEMBERED = 5
"""Batches of a producer of which a repeat is answered as the first time."""
OK = 0


class Kept(NamedTuple):
    """One batch."""

    base: int
    last: int
    time: int
    """Milliseconds."""
    pid: int
    epoch: int
    flags: int
    data: bytes

    @property
    def is_control(self) -> bool:
        """True for a marker."""
        return bool(self.flags & CONTROL)


class Record(NamedTuple):
    """One record as a reader gets it."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]


class Producer:
    """What a partition knows of a producer."""

    def __init__(self, epoch: int) -> None:
        self.epoch = epoch
        self.recent: deque[tuple[int, int, int]] = deque(maxlen=REMEMBERED)
        """First and last sequence of its last batches, and their offsets."""


class Log:
    """One partition."""

    def __init__(self, topic: str, number: int) -> None:
        self.topic = topic
        self.number = number
        self.batches: list[Kept] = []
        self.start = 0
        self.end = 0
        self.producers: dict[int, Producer] = {}
        self.open: dict[int, int] = {}
        """First offset of each open transaction, by producer."""
        self.aborted: list[tuple[int, int, int]] = []
        """Producer, first and last offset of each aborted transaction."""
        self.max_bytes = 1 << 40

    @property
    def stable(self) -> int:
        """The last stable offset: all before it is decided."""
        return min(self.open.values(), default=self.end)

    def append(self, data: bytes, now_ms: int | None) -> tuple[int, int]:
        """Take a batch. Returns an error code and its offset; a repeat gets its first one."""
        head = HEADER.unpack_from(data)
        flags, count, pid, epoch, sequence = head[5], head[6] + 1, head[9], head[10], head[11]
        if len(data) > self.max_bytes:
            return errors.MessageSizeTooLargeError.errno, -1
        if pid >= 0:
            code, offset = self._check(pid, epoch, sequence, sequence + count - 1)
            if code or offset >= 0:
                return code, offset
        base = self.end
        kept, time = _stamped(data, base, head, now_ms)
        self.batches.append(Kept(base, base + count - 1, time, pid, epoch, flags, kept))
        self.end = base + count
        if pid >= 0:
            self.producers[pid].recent.append((sequence, sequence + count - 1, base))
            if flags & TRANSACTIONAL:
                self.open.setdefault(pid, base)
        return OK, base

    def _check(self, pid: int, epoch: int, first: int, last: int) -> tuple[int, int]:
        """An error code, and the offset of a repeat or -1."""
        known = self.producers.get(pid)
        if known is None:
            self.producers[pid] = Producer(epoch)
            return OK, -1
        if epoch < known.epoch:
            return errors.InvalidProducerEpoch.errno, -1
        if epoch > known.epoch:
            if first:
                return errors.OutOfOrderSequenceNumber.errno, -1
            self.producers[pid] = Producer(epoch)
            return OK, -1
        return _follows(known, first, last)

    def mark(self, pid: int, epoch: int, now_ms: int, *, commit: bool) -> None:
        """End a producer's transaction here with a marker, which takes an offset."""
        base = self.end
        batch = DefaultRecordBatchBuilder(2, 0, 1, pid, epoch, -1, 1 << 20)
        batch.append(0, now_ms, struct.pack(">HH", 0, int(commit)), struct.pack(">HI", 0, 0), [])
        data = bytearray(batch.build())
        flags = TRANSACTIONAL | CONTROL
        struct.pack_into(">h", data, ATTRIBUTES, flags)
        head = HEADER.unpack_from(data)
        kept, _ = _stamped(bytes(data), base, head, now_ms)
        self.batches.append(Kept(base, base, now_ms, pid, epoch, flags, kept))
        self.end = base + 1
        first = self.open.pop(pid, None)
        if first is not None and not commit:
            self.aborted.append((pid, first, base))
        known = self.producers.setdefault(pid, Producer(epoch))
        if epoch > known.epoch:
            self.producers[pid] = Producer(epoch)

    def read(self, offset: int, most: int, until: int) -> tuple[bytes, list[tuple[int, int]]]:
        """Batches from an offset up to, not with, `until`; and the aborted transactions there."""
        found: list[bytes] = []
        size, reach = 0, offset
        for batch in self.batches[self._place(offset) :]:
            if batch.base >= until or (found and size + len(batch.data) > most):
                break
            found.append(batch.data)
            size += len(batch.data)
            reach = batch.last
        aborted = [
            (pid, first)
            for pid, first, last in self.aborted
            if found and first <= reach and last >= offset
        ]
        return b"".join(found), aborted

    def _place(self, offset: int) -> int:
        """Where in the batches the first one lies that reaches an offset."""
        low, high = 0, len(self.batches)
        while low < high:
            middle = (low + high) // 2
            if self.batches[middle].last < offset:
                low = middle + 1
            else:
                high = middle
        return low

    def offset_at(self, timestamp: int) -> tuple[int, int]:
        """The first record stamped at or after a time: its offset and its time; -1 for none."""
        for batch in self.batches:
            if batch.time >= timestamp and batch.last >= self.start and not batch.is_control:
                for record in _records(self, batch):
                    if record.timestamp >= timestamp and record.offset >= self.start:
                        return record.offset, record.timestamp
        return -1, -1

    def committed(self, since: int = 0) -> Iterator[Record]:
        """What a read_committed reader gets from an offset on."""
        stable = self.stable
        for batch in self.batches[self._place(since) :]:
            if batch.base >= stable:
                return
            if not batch.is_control and not self.is_aborted(batch):
                for record in _records(self, batch):
                    if record.offset >= since:
                        yield record

    def is_aborted(self, batch: Kept) -> bool:
        """True if no read_committed reader gets it."""
        return bool(batch.flags & TRANSACTIONAL) and any(
            pid == batch.pid and first <= batch.base <= last for pid, first, last in self.aborted
        )


def _follows(known: Producer, first: int, last: int) -> tuple[int, int]:
    """Whether a batch is what comes next of a producer: error code, and offset of a repeat."""
    for begun, ended, offset in known.recent:
        if (begun, ended) == (first, last):
            return OK, offset
    expected = known.recent[-1][1] + 1 if known.recent else first
    return (OK if first == expected else errors.OutOfOrderSequenceNumber.errno), -1


def _stamped(
    data: bytes, base: int, head: tuple[int, ...], now_ms: int | None
) -> tuple[bytes, int]:
    """A batch with its offset; with `now_ms` as the time of its append, or with its own times.

    Clients stamp by a clock of their machine that no simulation reaches, so their time goes here.
    """
    fresh = bytearray(data)
    struct.pack_into(">q", fresh, 0, base)
    if now_ms is None:
        return bytes(fresh), head[8]
    struct.pack_into(">h", fresh, ATTRIBUTES, head[5] | APPEND_TIME)
    struct.pack_into(">qq", fresh, ATTRIBUTES + 6, now_ms, now_ms)
    struct.pack_into(">I", fresh, ATTRIBUTES - 4, calc_crc32c(bytes(fresh[ATTRIBUTES:])))
    return bytes(fresh), now_ms


def _records(log: Log, batch: Kept) -> Iterator[Record]:
    parsed: Any = MemoryRecords(batch.data).next_batch()
    for record in parsed:
        yield Record(
            log.topic,
            log.number,
            record.offset,
            record.timestamp,
            record.key,
            record.value,
            tuple(record.headers),
        )


def batch_of(
    records: Sequence[tuple[int, bytes | None, bytes | None, Sequence[tuple[str, bytes]]]],
    pid: int = -1,
    sequence: int = -1,
) -> bytes:
    """Records as time in milliseconds, key, value, headers; with a producer, of a transaction."""
    epoch, transactional = (-1, 0) if pid < 0 else (0, 1)
    builder = DefaultRecordBatchBuilder(2, 0, transactional, pid, epoch, sequence, 1 << 30)
    for place, (time, key, value, headers) in enumerate(records):
        added = builder.append(place, time, key, value, list(headers))
        assert added is not None, "a batch has room for all of its records"
    return bytes(builder.build())
