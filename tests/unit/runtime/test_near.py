"""What was read of the ledger lately stays at hand, within a bound."""

from __future__ import annotations

from processors.runtime.history import Near


def test_what_is_near_is_bounded_in_bytes() -> None:
    """What was read first goes first, however often the last is read."""
    near = Near(most=10)
    for offset in range(4):
        near.keep(0, offset, b"1234")
    near.keep(0, 3, b"1234")
    assert near.of(0, range(4)) == {2: b"1234", 3: b"1234"}


def test_partitions_are_not_taken_for_each_other() -> None:
    """They count their offsets each for itself."""
    near = Near()
    near.keep(0, 7, b"ann")
    near.keep(1, 7, b"bob")
    assert [near.of(number, [7, 8]) for number in range(3)] == [{7: b"ann"}, {7: b"bob"}, {}]
