"""A member with ten thousand orders inside the horizons: what he costs is bounded and stated."""

from __future__ import annotations

from processors.engine import engine_of
from processors.partition import Fetched, Partition
from tests.driver.book import starter
from tests.driver.traffic import START, STRUCTURED, cloud_event

MOST_SNAPSHOT_BYTES = 1_500_000
"""Of an account with ten thousand orders that may still be returned."""


def order(number: int) -> Fetched:
    """One order, some four minutes after the one before it."""
    time = START + number * 240_000_000
    line = {"line_id": "1", "sku": f"S{number % 97}", "amount_minor": 500 + number * 7919 % 9000}
    data = {"order_id": f"O{number}", "currency": "USD", "lines": [line]}
    kind = "commerce.purchase.completed.v1"
    value = cloud_event(kind, f"e{number}", "hot", time, data)
    return Fetched("commerce.purchases.v1", 0, number, time // 1000, b"hot", value, STRUCTURED)


def test_ten_thousand_orders_make_a_snapshot_of_a_stated_size() -> None:
    """And the trail to them takes some twenty kilobytes."""
    partition = Partition(engine_of(starter(), 1), 0, 1)
    batch = partition.fold([order(number) for number in range(10_000)])
    snapshot = next(one for one in batch.outgoing["snapshots"] if one.key == b"hot")
    assert len(snapshot.value or b"") < MOST_SNAPSHOT_BYTES
    assert sum(len(value) for _, value in snapshot.headers) < 25_000
    again = Partition(engine_of(starter(), 1), 0, 1)
    again.apply_snapshot(snapshot.key or b"", snapshot.value, snapshot.headers)
    assert again.store.open("hot") == partition.store.open("hot")
