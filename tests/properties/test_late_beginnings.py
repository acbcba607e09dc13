"""What an account rests on when something older than all of its orders comes late."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.accounts.account import ENCODER
from processors.engine import engine_of
from processors.programs.load import load
from processors.topology import Topology
from schemas.values import parse_instant
from tests.driver.book import accounts, put
from tests.driver.traffic import DAY, Sent
from tests.properties.test_permuted_arrival import sent

if TYPE_CHECKING:
    from processors.accounts.account import Account

BEGIN = parse_instant("2025-06-01T12:00:00+01:00")


def bought(name: str, day: int, currency: str = "GBP", channel: str = "online") -> Sent:
    """One order of one line."""
    line = {"line_id": "1", "sku": "A", "amount_minor": 5_000}
    data: dict[str, object] = {
        "order_id": name,
        "currency": currency,
        "channel": channel,
        "lines": [line],
    }
    return sent("commerce.purchase.completed.v1", name, "a", BEGIN + day * DAY, data)


def told(*events: Sent) -> Account:
    """The member's account, each event arriving no earlier than the one before it."""
    topology = Topology(engine_of(load("hm-uk"), 1), 1)
    arrived = 0
    for event in events:
        arrived = max(arrived + 1_000, event.arrival)
        put(topology, [event._replace(arrival=arrived)])
        topology.pump()
    return accounts(topology)["a"]


def test_who_came_by_a_refused_order_keeps_his_year_when_another_comes_late() -> None:
    """Membership years count from the first event, also one that was refused."""
    refused, first, second = bought("A", 0, "USD"), bought("B", 20), bought("C", 25)
    late, in_time = told(refused, second, first), told(refused, first, second)
    assert late.counters == in_time.counters
    assert late.profile == in_time.profile


def test_an_order_decided_again_rests_as_the_same_bytes() -> None:
    """A channel that is spelt out is no other than the one that is left out."""
    first, second = bought("A", 1), bought("B", 2)
    late, in_time = told(second, first), told(first, second)
    for name, order in in_time.orders.items():
        assert ENCODER.encode(late.orders[name]) == ENCODER.encode(order)
