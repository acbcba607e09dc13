"""The trail of an account: offsets kept small, and checkpoints that move on."""

from __future__ import annotations

from processors.partition.trail import DECODER, ENCODER, Trail


def test_offsets_come_back() -> None:
    """Small and large steps alike."""
    trail = Trail.starting(0, 5)
    offsets = (5, 6, 9, 300, 70_000, 70_001, 9_000_000_000)
    for offset in offsets:
        trail.add(offset)
    assert DECODER.decode(ENCODER.encode(trail)).offsets() == offsets


def test_turning_drops_what_lies_before_the_older_checkpoint() -> None:
    """After two turns only what came since the first is kept."""
    trail = Trail.starting(0, 1)
    for offset in (1, 2, 3):
        trail.add(offset)
    assert trail.turn(0) == 0
    assert trail.offsets() == (1, 2, 3)
    trail.add(10)
    assert trail.turn(0) == 1
    assert trail.offsets() == (10,)
    trail.add(11)
    assert (trail.offsets(), trail.count) == ((10, 11), 2)
    assert trail.turn(0) == 0
    assert trail.offsets() == (11,)


def test_ten_thousand_records_stay_small() -> None:
    """A hot member's trail takes some twenty kilobytes."""
    trail = Trail.starting(0, 1)
    for number in range(10_000):
        trail.add(number * 120 + 1)
    assert len(ENCODER.encode(trail)) < 30_000
