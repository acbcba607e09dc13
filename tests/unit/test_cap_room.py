"""A refund gives a cap's room back, whatever the refund mode (semantics, section 5)."""

from __future__ import annotations

import pytest

from processors.engine import engine_of
from processors.programs.compiler import compile_program
from processors.programs.model import ProgramFile
from processors.topology import Topology
from tests.driver.book import accounts, put
from tests.driver.traffic import HOUR, START, Sent, cloud_event


def capped(mode: str) -> Topology:
    """A topology of a program with at most 30 points a month, and refunds of this mode."""
    version = {
        "effective_from": "2015-01-01",
        "units": {"points": {}},
        "earning": {"base": {"unit": "points", "caps": [{"amount": "30", "per": "month"}]}},
        "refund": {"mode": mode},
    }
    file = {"program": "capped", "time_zone": "UTC", "versions": {"v1": version}}
    return Topology(engine_of(compile_program(ProgramFile.model_validate(file)), 1), 1)


def said(number: int, kind: str, data: dict[str, object]) -> Sent:
    """One event of Ana's, an hour after the one before."""
    time = START + number * HOUR
    event = cloud_event(f"commerce.purchase.{kind}.v1", f"e{number}", "ana", time, data)
    return Sent("commerce.purchases.v1", "ana", time, event, time)


def order(number: int, dollars: int) -> Sent:
    """An order of so many dollars."""
    line = {"line_id": "L1", "sku": "A", "amount_minor": dollars * 100}
    return said(number, "completed", {"order_id": f"O{number}", "currency": "USD", "lines": [line]})


@pytest.mark.parametrize("mode", ["recompute_net", "per_refund_floor", "whole_order"])
def test_what_a_refund_takes_may_be_earned_again(mode: str) -> None:
    """Thirty of thirty earned, twenty returned: an order of forty earns what was taken."""
    topology = capped(mode)
    refund = {"refund_id": "R1", "order_id": "O1", "amount_minor": 2000}
    put(topology, [order(1, 30), said(2, "refunded", refund), order(3, 40)])
    topology.pump()
    account = accounts(topology)["ana"]
    assert account.totals["points"].available == 30
    assert list(account.counters.values()) == [30]
