"""What waits is settled once, by whoever has it then."""

from __future__ import annotations

from collections import Counter

import pytest

from processors.engine import engine_of
from processors.topology import Topology
from schemas.values import identity, parse_instant
from tests.driver.book import accounts, put, records, starter
from tests.driver.checking import verified
from tests.driver.merging import joined
from tests.driver.traffic import DAY, Sent
from tests.properties.test_permuted_arrival import order, sent

T0 = parse_instant("2026-03-01T12:00:00-05:00")
TOGETHER, APART = 5, 10
"""Days on which two members are merged, and parted again."""


def refund(who: str, day: int) -> Sent:
    """Some money back of an order that nobody knows yet."""
    data: dict[str, object] = {"refund_id": "R", "order_id": "O", "amount_minor": 1_000}
    return sent("commerce.purchase.refunded.v1", "r", who, T0 + day * DAY, data)


def late(one: Sent, day: int) -> Sent:
    """It arrives on that day."""
    return one._replace(arrival=T0 + day * DAY)


def told(events: list[Sent]) -> Counter[str]:
    """How often each input was settled, when all is over and nothing waits any more."""
    topology = Topology(engine_of(starter(), 1), 1)
    for one in sorted(events, key=lambda one: one.arrival):
        put(topology, [one])
        topology.pump()
    topology.advance(T0 + 60 * DAY)
    assert not any(account.parked for account in accounts(topology).values())
    report = verified(topology)
    assert (report.findings, report.waiting) == ((), 0)
    return Counter(name for record in records(topology) for name in record.settles)


@pytest.mark.parametrize("buyer", ["ann", "bob"])
@pytest.mark.parametrize("other", ["ann", "bob"])
@pytest.mark.parametrize("refunded", [1, 6])
@pytest.mark.parametrize("bought", [2, 7])
def test_a_late_order_settles_what_waits_for_it_where_that_is(
    buyer: str, other: str, refunded: int, bought: int
) -> None:
    """Given a refund that waits, a merge, a parting, and then the order, late, of before that.

    Whosever refund and order they are, it is settled once: by the order, or when it is given up.
    """
    events = [
        refund(other, refunded),
        joined("merged", "ann", "bob", T0 + TOGETHER * DAY),
        joined("unmerged", "ann", "bob", T0 + APART * DAY),
        late(order("O", buyer, T0 + bought * DAY, 10_000), APART + 1),
    ]
    assert told(events)[identity("shop", "r")] == 1


@pytest.mark.parametrize("kind", ["merged", "unmerged"])
def test_what_goes_along_with_a_late_merge_waits_where_it_comes_to(kind: str) -> None:
    """Given a refund that waits, and something after it, then a merge or a parting of between."""
    merge = joined("merged", "ann", "bob", T0 + TOGETHER * DAY)
    between = late(joined(kind, "ann", "bob", T0 + 7 * DAY), APART)
    events = [
        refund("bob", 6),
        order("P", "ann", T0 + 8 * DAY, 5_000),
        order("Q", "bob", T0 + 8 * DAY, 5_000),
        between,
        order("O", "bob", T0 + (APART + 1) * DAY, 10_000),
    ]
    assert told(events if kind == "merged" else [merge, *events])[identity("shop", "r")] == 1
