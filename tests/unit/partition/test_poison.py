"""What a poisoned record costs its partition: a place in a run; a late one, one reading more."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from processors.engine import engine_of
from processors.routing import partition_of
from processors.topology import Topology
from tests.driver.book import records, starter
from tests.driver.traffic import START, STRUCTURED, cloud_event
from tests.faults import fault
from tests.story.poison import F43, POISON

if TYPE_CHECKING:
    import pytest

    from processors.partition import Batch, Fetched, HistoryWanted

MINUTE = 60_000_000
TOPIC = "commerce.purchases.v1"
KIND = "commerce.purchase.completed.v1"
RUN = 5


class Counted(Topology):
    """Counts commits, and how often each account's history is read."""

    def __init__(self) -> None:
        self.commits = 0
        self.read: Counter[str] = Counter()
        super().__init__(engine_of(starter(), 1), 1, RUN)

    def _commit(self, number: int, batch: Batch) -> bool:
        self.commits += 1
        return super()._commit(number, batch)

    def history(self, number: int, want: HistoryWanted) -> list[bytes]:
        """What is wanted, counted."""
        self.read[want.account] += 1
        return super().history(number, want)

    def order(self, name: str, who: str, at: int, now: int) -> Fetched:
        """Send an order of business time `at` that arrives at `now`."""
        line = {"line_id": "1", "sku": "S", "amount_minor": 1_000}
        data = {"order_id": name, "currency": "USD", "lines": [line]}
        value = cloud_event(KIND, name, who, at, data)
        assert partition_of(who, 1) == 0
        return self.send(TOPIC, who.encode(), value, STRUCTURED, timestamp=now // 1000)


@fault("F43", checks="L3")
def test_a_poisoned_record_takes_a_place_in_a_run_and_nothing_else() -> None:
    """There are as many commits as full runs, each input has one record, in its own place."""
    topology = Counted()
    poison = [*POISON.values(), *(value for _, value in F43.values())]
    for place, value in enumerate(poison):
        now = START + place * MINUTE
        topology.send(TOPIC, b"k", value, STRUCTURED, timestamp=now // 1000)
        topology.order(f"O{place}", f"m{place % 3}", now, now)
    topology.pump()
    sent = 2 * len(poison)
    assert topology.commits == -(-sent // RUN)
    decided = records(topology)
    assert [one.source.offset for one in decided if one.source] == [*range(sent)]
    assert [one.outcome for one in decided] == ["dead_lettered", "accepted"] * len(poison)
    assert len(topology.written("dead_letters")) == len(poison)


@fault("F50", checks="L3")
def test_a_history_beyond_all_bounds_costs_one_reading_an_input(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nothing fits into memory but the history at hand: each late order is decided all the same."""
    monkeypatch.setattr("processors.partition.histories.MOST_BYTES", 1)
    monkeypatch.setattr("processors.partition.lateness.MOST_OFFSETS", 1)
    monkeypatch.setattr("processors.partition.fold.MOST_REDECIDED", 1)
    topology = Counted()
    members = [f"m{number}" for number in range(4)]
    for place in range(100):
        now = START + place * MINUTE
        topology.order(f"O{place}", members[place % 4], now, now)
    topology.pump()
    in_time, late = topology.commits, 20
    for place in range(late):
        at = START + place * MINUTE + 1_000_000
        topology.order(f"L{place}", members[place % 4], at, START + 101 * MINUTE)
    topology.pump()
    assert topology.read.total() <= late
    assert topology.commits - in_time <= 2 * late + late // RUN
    assert [one.outcome for one in records(topology)] == ["accepted"] * 120
