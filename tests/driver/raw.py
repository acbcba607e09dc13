"""Batches of records as a broker keeps them, with what a well-meaning client would not write."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.record.util import calc_crc32c

if TYPE_CHECKING:
    from collections.abc import Sequence

NAME = b"HEADER"
NO_TEXT = b"\xff\xfe\xfd\xfc\xfb\xfa"
CRC_AT, CHECKED_FROM = 17, 21
LARGE = 1 << 20


def batch(
    values: Sequence[bytes | None],
    headers: Sequence[tuple[str, bytes | None]] = (),
    timestamp: int = 0,
    key: bytes | None = b"k",
) -> BatchBuilder:
    """A closed batch. A header called HEADER has a name there that is no text."""
    builder = BatchBuilder(LARGE, 0, is_transactional=0)
    for value in values:
        builder.append(timestamp=timestamp, key=key, value=value, headers=list(headers))
    builder.close()
    raw = bytearray(bytes_of(builder).replace(NAME, NO_TEXT))
    struct.pack_into(">I", raw, CRC_AT, calc_crc32c(raw[CHECKED_FROM:]))
    builder._buffer = raw
    return builder


def bytes_of(builder: BatchBuilder) -> bytearray:
    """The batch as it is sent."""
    return bytearray(builder._build())
