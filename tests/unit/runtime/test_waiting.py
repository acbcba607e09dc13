"""What waits is bounded in records and in bytes, and so is a run."""

from __future__ import annotations

import random

import pytest

from processors.partition import Fetched
from processors.runtime.merge import FRESH_SECONDS, PATIENCE_SECONDS, STEP_SECONDS, Waiting
from processors.runtime.thread import Fetch

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
        end = len(weights)
        found.take_in(topic, Fetch(0, end, end, records(topic, *weights), 0.0))
    return found


def nothing(found: Waiting, topic: str, heard: float) -> None:
    """The broker says that there is nothing new."""
    at = found.positions[topic]
    found.take_in(topic, Fetch(at, at, at, [], heard))


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


def test_the_oldest_is_what_waits_longest_in_any_topic() -> None:
    """The clock of idle accounts is held back to it."""
    found = Waiting({ORDERS: 0, REVIEWS: 0}, {ORDERS: 2, REVIEWS: 2})
    assert found.oldest() is None
    for topic, times in ((ORDERS, (5, 30)), (REVIEWS, (10, 20))):
        came = [Fetched(topic, 0, n, time, b"m", b"x", []) for n, time in enumerate(times)]
        found.take_in(topic, Fetch(0, 2, 2, came, 0.0))
    for oldest in (5, 10, 20, 30):
        assert found.oldest() == oldest
        assert [record.timestamp for record in found.take(1, 1_000)] == [oldest]
    assert found.oldest() is None


def test_a_topic_that_is_known_less_well_is_waited_for() -> None:
    """After a sleep one broker answers first; what the other one holds may be older."""
    found = waiting((1, 1), ())
    nothing(found, ORDERS, 60.0)
    assert found.missing() == [REVIEWS]
    assert found.take(10, 1_000) == []
    nothing(found, REVIEWS, 60.0 - FRESH_SECONDS)
    assert found.missing() == []
    assert len(found.take(10, 1_000)) == 2


def test_a_run_ends_where_a_topic_is_not_known_well_enough() -> None:
    """The last record of a topic was fetched long before the other topic's."""
    found = waiting((1,), ())
    nothing(found, ORDERS, 1.0)
    later = [Fetched(REVIEWS, 0, 0, 50, b"m", b"x", [])]
    found.take_in(REVIEWS, Fetch(0, 1, 1, later, 60.0))
    assert [record.topic for record in found.take(10, 1_000)] == [ORDERS]
    assert found.take(10, 1_000) == []
    nothing(found, ORDERS, 60.0)
    assert [record.topic for record in found.take(10, 1_000)] == [REVIEWS]


def test_in_a_sleep_of_our_own_nobody_was_silent() -> None:
    """A topic was known a little less well; then we slept, and the other broker answers first."""
    found = waiting((1, 1), ())
    for heard in (60.0, 60.5, 60.5 + 2 * PATIENCE_SECONDS, 61.0 + 2 * PATIENCE_SECONDS):
        nothing(found, ORDERS, heard)
        assert found.missing() == [REVIEWS]


def test_a_topic_whose_broker_is_away_is_not_waited_for_for_ever() -> None:
    """Nor for each record anew, until it is heard of again."""
    found = waiting((1, 1), ())
    heard = 60.0
    while found.waited + STEP_SECONDS / 2 <= PATIENCE_SECONDS:
        nothing(found, ORDERS, heard)
        assert found.missing() == [REVIEWS]
        heard += STEP_SECONDS / 2
    assert heard >= 60.0 + PATIENCE_SECONDS - STEP_SECONDS
    nothing(found, ORDERS, heard)
    assert found.missing() == []
    nothing(found, REVIEWS, heard)
    assert found.missing() == []
    nothing(found, ORDERS, 99.0)
    assert found.missing() == [REVIEWS]


@pytest.mark.parametrize("seed", range(6))
def test_the_order_is_the_records_own(seed: int) -> None:
    """By time, then topic, then offset, however they came and however many are taken at once."""
    chance = random.Random(seed)
    topics = {topic: sorted(chance.choices(range(9), k=20)) for topic in ("reviews", "b", "orders")}
    there = {
        topic: [Fetched(topic, 0, n, time, b"m", b"x", []) for n, time in enumerate(times)]
        for topic, times in topics.items()
    }
    found = Waiting(dict.fromkeys(topics, 0), dict.fromkeys(topics, 20))
    taken: list[Fetched] = []
    while len(taken) < 60:
        topic = chance.choice(list(topics))
        at = found.positions[topic]
        came = there[topic][at : at + chance.randrange(1, 8)]
        # What a broker has not told yet is not forgotten because of it.
        end = chance.choice([-1, 20])
        found.take_in(topic, Fetch(at, at + len(came), end, came, 0.0))
        taken += found.take(chance.randrange(1, 9), 1_000)
    whole = [record for records in there.values() for record in records]
    assert taken == sorted(whole, key=lambda one: (one.timestamp, one.topic, one.offset))
