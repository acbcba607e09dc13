"""The client's consumer, which must get past headers whose names are no text."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import pytest
from aiokafka import TopicPartition
from aiokafka.consumer import fetcher

from processors.runtime.headers import read_any_headers
from tests.driver.raw import NAME, batch, bytes_of
from tests.faults import fault

if TYPE_CHECKING:
    from collections.abc import Sequence

GOOD, BAD = [("plain", b"x"), ("empty", None)], [("plain", b"x"), (NAME.decode(), b"v")]


def fetched(kinds: Sequence[bool], start: int) -> bytes:
    """Batches of three records each, as a fetch from an offset brings them; the last is cut off."""
    raw = bytearray()
    for number, good in enumerate(kinds):
        if 3 * number + 2 < start:
            continue
        values = [b"%d" % (3 * number + n) for n in range(3)]
        one = bytes_of(batch(values, GOOD if good else BAD))
        struct.pack_into(">q", one, 0, 3 * number)
        raw += one
    return bytes(raw[:-5])


@fault("F43", checks="O1 L3")
@pytest.mark.parametrize("start", [0, 1, 4, 5])
@pytest.mark.parametrize("kinds", [(False,) * 4, (True, False, True, False), (True, True, False)])
def test_a_name_that_is_no_text_is_read_past(kinds: tuple[bool, ...], start: int) -> None:
    """Each record comes once, in its place, from wherever reading begins."""
    read_any_headers()
    last = 3 * len(kinds) - 4
    client: Any = fetcher
    records = client.MemoryRecords(fetched(kinds, start))
    assert records.has_next()
    unpacked = client.PartitionRecords(
        TopicPartition("t", 0), records, [], start, None, None, True, client.READ_COMMITTED
    )
    found = list(unpacked)
    assert [record.offset for record in found] == list(range(start, last + 1))
    assert [record.value for record in found] == [b"%d" % n for n in range(start, last + 1)]
    for record in found:
        name = "empty" if kinds[record.offset // 3] else "\ufffd" * len(NAME)
        assert [header for header, _ in record.headers] == ["plain", name]
