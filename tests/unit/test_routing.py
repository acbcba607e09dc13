"""Routing agrees with Kafka's Java client, and so with aiokafka."""

from __future__ import annotations

from aiokafka.partitioner import murmur2 as oracle
from hypothesis import given
from hypothesis import strategies as st

from processors.routing import murmur2, partition_of


@given(st.binary(max_size=60))
def test_murmur2_is_the_default_partitioner(data: bytes) -> None:
    """Any key gets the partition that a producer with default settings would pick."""
    assert murmur2(data) == oracle(data) & 0x7FFFFFFF


def test_a_known_key_stays_where_it_was() -> None:
    """Written once and for all: a change would move every account."""
    assert [partition_of(f"member-{number}", 12) for number in range(8)] == [
        6,
        6,
        4,
        9,
        0,
        6,
        7,
        11,
    ]
