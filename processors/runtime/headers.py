"""Headers whose names are no text: the client would not get past them, nor would a worker.

Kafka asks nothing of a header's name, and some clients write whatever bytes they are given. The
client that we read with takes names for UTF-8, and raises in the middle of a fetch; so such a
fetch is read once more, by its own reader in Python, with U+FFFD for what is no text.
"""

from __future__ import annotations

from struct import unpack_from
from typing import TYPE_CHECKING, Any

from aiokafka.consumer import fetcher
from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.memory_records import MemoryRecords
from aiokafka.record.util import decode_varint_py

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SIZE_AT, BEFORE_SIZED = 8, 12
"""Where a batch says its size, and what of it that does not count."""


class _Lenient(bytearray):
    """Bytes of which any part is text."""

    def __getitem__(self, at: Any) -> Any:
        found = super().__getitem__(at)
        return _Lenient(found) if isinstance(at, slice) else found

    def decode(self, encoding: str = "utf-8", errors: str = "replace") -> str:
        del errors
        return bytes(self).decode(encoding, "replace")


class _Batch(_DefaultRecordBatchPy):  # type: ignore[misc]  # final, but not for our reading
    def _maybe_uncompress(self) -> None:
        super()._maybe_uncompress()
        self._buffer: Any = _Lenient(self._buffer)

    def _read_msg(self, decode_varint: Any = decode_varint_py) -> Any:
        return super()._read_msg(decode_varint)


class _Batches:
    """Those of a fetch that hold anything from an offset on."""

    def __init__(self, raw: bytes, since: int) -> None:
        self._left = [one for one in _split(raw) if one.next_offset > since]

    def has_next(self) -> bool:
        return bool(self._left)

    def next_batch(self) -> _Batch:
        return self._left.pop(0)


def _split(raw: bytes) -> Iterator[_Batch]:
    begin = 0
    while begin + BEFORE_SIZED < len(raw):
        end = begin + BEFORE_SIZED + unpack_from(">i", raw, begin + SIZE_AT)[0]
        if end > len(raw):
            return
        yield _Batch(raw[begin:end])
        begin = end


class Kept(MemoryRecords):  # type: ignore[valid-type,misc]  # one of two, by the platform
    """What a fetch brought, with its bytes."""

    def __init__(self, raw: bytes) -> None:
        super().__init__(raw)
        self.raw = raw


class Unpacked(fetcher.PartitionRecords):
    """The records of a fetch, whatever the names of their headers."""

    def _unpack_records(self) -> Iterator[Any]:
        unpack: Callable[[], Iterator[Any]] = super()._unpack_records
        try:
            yield from unpack()
        except UnicodeDecodeError:
            self._records = _Batches(self._records.raw, self.next_fetch_offset)
            yield from unpack()


def read_any_headers() -> None:
    """From now on the client's consumers read past such names."""
    client: Any = fetcher
    client.MemoryRecords, client.PartitionRecords = Kept, Unpacked
