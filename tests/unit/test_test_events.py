"""A test event, or one of another program, has no effect, also when history is decided again."""

from __future__ import annotations

import orjson
import pytest

from processors.engine import engine_of
from processors.topology import Topology
from tests.driver.book import accounts, put, starter
from tests.driver.traffic import DAY, START, Sent, cloud_event


def order(name: str, day: int, arrival: int, **attributes: object) -> Sent:
    """An order of 100.00 of Ana's, with attributes of its envelope."""
    data = {
        "order_id": name,
        "currency": "USD",
        "lines": [{"line_id": "L1", "sku": "A", "amount_minor": 10_000}],
    }
    time = START + day * DAY
    event = cloud_event("commerce.purchase.completed.v1", name, "ana", time, data)
    value = orjson.dumps(orjson.loads(event) | attributes)
    return Sent("commerce.purchases.v1", "ana", START + arrival * DAY, value, time)


@pytest.mark.parametrize("aside", [{"testmode": True}, {"program": "another"}])
def test_a_late_event_makes_no_test_real(aside: dict[str, object]) -> None:
    """Two orders earn; the one between them does not, whatever comes late."""
    topology = Topology(engine_of(starter(), 1), 1)
    put(topology, [order("O1", 0, 0), order("T1", 2, 2, **aside), order("O2", 1, 3)])
    topology.pump()
    topology.advance(START + 60 * DAY)
    assert set(accounts(topology)["ana"].orders) == {"O1", "O2"}
    assert accounts(topology)["ana"].totals["points"].earned == 200


def test_what_waits_for_its_member_stays_a_test() -> None:
    """An order of a test comes for an alias that nobody owns yet."""
    topology = Topology(engine_of(starter(), 1), 1)
    waits = order("T1", 0, 0, testmode=True, subject="code:ANA")
    link = cloud_event(
        "loyalty.member.alias_linked.v1", "L1", "ana", START + DAY, {"alias": "code:ANA"}
    )
    linked = Sent("loyalty.members.v1", "ana", START + DAY, link, START + DAY)
    put(topology, [waits._replace(key="code:ANA"), linked])
    topology.pump()
    topology.advance(START + 60 * DAY)
    assert accounts(topology)["ana"].orders == {}
