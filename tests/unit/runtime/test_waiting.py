"""What waits is bounded in records and in bytes, and so is a run."""

from __future__ import annotations

from processors.partition import Fetched
from processors.runtime.merge import Waiting

ORDERS, REVIEWS = "orders", "reviews"


def records(topic: str, *weights: int) -> list[Fetched]:
    """Records of these weights, a millisecond apart."""
    return [
        Fetched(topic, 0, offset, offset, b"m", b"x" * weight, [])
        for offset, weight in enumerate(weights)
    ]


def waiting(orders: tuple[int, ...], reviews: tuple[int, ...]) -> Waiting:
    """Both topics, read to their ends."""
    found = Waiting({ORDERS: 0, REVIEWS: 0}, {ORDERS: 0, REVIEWS: 0})
    for topic, weights in ((ORDERS, orders), (REVIEWS, reviews)):
        found.take_in(topic, 0, len(weights), len(weights), records(topic, *weights))
    return found


def test_a_topic_is_full_by_records_or_by_bytes() -> None:
    """Few large records are as much as many small ones."""
    found = waiting((1, 1, 1), (500,))
    assert found.full(3, 1_000) == [ORDERS]
    assert found.full(10, 500) == [REVIEWS]
    assert found.full(10, 1_000) == []


def test_a_run_ends_with_the_record_that_makes_it_heavy() -> None:
    """What does not fit comes with the next one, and every run has a record."""
    found = waiting((40, 40, 40, 400), ())
    runs = [len(found.take(10, 80)) for _ in range(3)]
    assert runs == [2, 2, 0]


def test_what_was_taken_waits_no_more() -> None:
    """Its place, in records and in bytes, is free for what is fetched next."""
    found = waiting((300, 300), (200,))
    assert [record.topic for record in found.take(2, 10_000)] == [ORDERS, REVIEWS]
    assert found.weights == {ORDERS: 300, REVIEWS: 0}
    found.take(10, 10_000)
    assert (found.size, found.weights) == (0, {ORDERS: 0, REVIEWS: 0})
