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


def test_steps_of_every_length_come_back() -> None:
    """Also those at which a step takes one byte more."""
    trail = Trail.starting(0, 0)
    offsets: list[int] = []
    for bits in range(0, 64, 7):
        for step in (2**bits - 1, 2**bits, 2**bits + 1):
            trail.add(trail.last + step)
            offsets.append(trail.last)
    assert list(trail.offsets()) == offsets


def test_what_lies_before_the_checkpoints_stays_listed_up_to_a_bound() -> None:
    """Every record is found by its offset; beyond the bound, those since the older checkpoint."""
    trail = Trail.starting(0, 1)
    for offset in (1, 2, 3, 4, 5, 6):
        trail.add(offset)
        if offset % 2 == 0:
            trail.turn(offset, most=6)
    assert (trail.offsets(), trail.whole) == ((1, 2, 3, 4, 5, 6), True)
    assert (trail.older_count, trail.young_count) == (4, 6)
    assert (trail.older_cut, trail.young_cut) == (4, 6)
    trail.add(20)
    trail.turn(8, most=6)
    assert (trail.offsets(), trail.whole, trail.older_cut) == ((20,), False, 6)


def test_a_trail_of_an_earlier_release_lists_what_it_says() -> None:
    """It had dropped what lies before its older checkpoint."""
    early = b'[0,1,7,9,2,1,8,1,40,50,"AQE="]'
    trail = DECODER.decode(early)
    assert (trail.offsets(), trail.whole) == ((8, 9), False)
    trail.turn(60, most=100)
    assert (trail.offsets(), trail.whole, trail.older_cut) == ((9,), False, 50)


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
