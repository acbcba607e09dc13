"""Who has spent what was about to end is not reminded of it."""

from __future__ import annotations

from pathlib import Path

from processors.engine import engine_of
from processors.programs.load import load
from processors.topology import Topology
from schemas.inputs import INPUTS
from schemas.values import parse_instant
from tests.driver.book import put
from tests.driver.traffic import Sent, cloud_event

PROGRAM = Path(__file__).parent / "reminded" / "program.yaml"
"""Points end after twelve months; in 2027 members hear of it thirty days and a day before."""


def said(at: str, kind: str, **data: object) -> Sent:
    """Ana's event."""
    time = parse_instant(at)
    value = cloud_event(kind, f"{kind}-{at}", "ana", time, data)
    return Sent(INPUTS[kind].topic, "ana", time, value, time)


def reminders(spent: str) -> int:
    """How often she hears of ten points of February, of which she spends so many in January."""
    topology = Topology(engine_of(load(str(PROGRAM)), 1), 1)
    lines = [{"line_id": "L1", "sku": "hat", "amount_minor": 1_000}]
    ordered, asked = "commerce.purchase.completed.v1", "loyalty.redemption.requested.v1"
    request = {"redemption_id": "X1", "unit": "points", "amount": spent}
    sent = [
        said("2026-02-10T10:00:00+00:00", ordered, order_id="O1", currency="EUR", lines=lines),
        said("2027-01-05T10:00:00+00:00", asked, **request),
    ]
    for one in sent:
        put(topology, [one])
        topology.pump()
    topology.advance(parse_instant("2027-03-01T00:00:00+00:00"))
    return len(topology.written("notices"))


def test_what_was_spent_ends_without_a_word() -> None:
    """Of one point that is left she hears twice, of none not at all."""
    assert reminders("9") == 2
    assert reminders("10") == 0
