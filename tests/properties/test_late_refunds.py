"""Refunds that exceed an order together: the earlier one counts, in whatever order all arrive."""

from __future__ import annotations

from itertools import permutations

import pytest

from processors.engine import engine_of
from processors.programs.load import load
from processors.topology import Topology
from schemas.inputs import INPUTS
from schemas.values import parse_instant
from tests.driver.book import accounts, put
from tests.driver.traffic import DAY, Sent, cloud_event

ARRIVAL = parse_instant("2026-03-25T12:00:00Z")


def sent(kind: str, name: str, day: int, data: dict[str, object]) -> Sent:
    """An event of a day in March, that arrives with all others on the 25th."""
    time = parse_instant(f"2026-03-{day:02d}T12:00:00Z")
    value = cloud_event(kind, name, "ana", time, data)
    return Sent(INPUTS[kind].topic, "ana", ARRIVAL, value, time)


def order(name: str, day: int) -> Sent:
    """Fifty dollars."""
    line = {"line_id": "1", "sku": "pie", "amount_minor": 5_000}
    data: dict[str, object] = {"order_id": name, "currency": "USD", "lines": [line]}
    return sent("commerce.purchase.completed.v1", name, day, data)


def refund(name: str, day: int, amount_minor: int) -> Sent:
    """A part of the first order comes back."""
    line = {"line_id": "1", "amount_minor": amount_minor}
    data: dict[str, object] = {"refund_id": name, "order_id": "O1", "lines": [line]}
    return sent("commerce.purchase.refunded.v1", name, day, data)


STORY = (order("O1", 7), order("O2", 16), refund("R1", 17, 2_000), refund("R2", 21, 5_000))


@pytest.mark.parametrize("arrived", list(permutations(STORY)), ids=range(24))
def test_the_earlier_refund_counts(arrived: tuple[Sent, ...]) -> None:
    """Twenty dollars are given back, fifty more are too much: eighty points are left."""
    topology = Topology(engine_of(load("tutta-bella"), 1), 1)
    put(
        topology, [one._replace(arrival=ARRIVAL + place * DAY) for place, one in enumerate(arrived)]
    )
    topology.pump()
    account = accounts(topology)["ana"]
    assert account.totals["points"].available == 80
    assert account.orders["O1"].lines[0].kept_minor == 3_000
    assert account.parked == {}
