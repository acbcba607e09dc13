"""Who adds up what is told of rewards knows what is open, also after what comes late."""

from __future__ import annotations

from pathlib import Path

from processors.engine import engine_of
from processors.programs.load import load
from processors.topology import Topology
from projections import eligibility
from schemas.inputs import INPUTS
from schemas.values import parse_instant
from tests.driver.book import accounts, in_turn, records
from tests.driver.traffic import DAY, Sent, cloud_event

PROGRAM = Path(__file__).parents[1] / "programs" / "corners" / "program.yaml"
"""Who is silver has two passes of the year, and each visit brings him a ticket for ten days."""
FIRST = parse_instant("2024-03-01T10:00:00+01:00")
ORDERED = "commerce.purchase.completed.v1"
USED = "loyalty.entitlement.used.v1"


def said(day: int, kind: str, **data: object) -> Sent:
    """What Ana's event says on a day."""
    time = FIRST + day * DAY
    value = cloud_event(kind, f"{kind}-{day}", "ana", time, data)
    return Sent(INPUTS[kind].topic, "ana", time, value, time)


def bought(day: int, minor: int) -> Sent:
    """An order."""
    lines = [{"line_id": "L1", "sku": "hat", "amount_minor": minor}]
    return said(day, ORDERED, order_id=f"O{day}", currency="EUR", lines=lines)


def told(*sent: Sent, days: int) -> dict[str, int]:
    """What Ana has open after so many days, by reward, as the outputs tell it.

    It must be what her account holds.
    """
    topology = Topology(engine_of(load(str(PROGRAM)), 1), 1)
    in_turn(topology, sent)
    topology.advance(FIRST + days * DAY)
    view: eligibility.View = {}
    meant: dict[str, str] = {}
    for record in records(topology):
        view, _ = eligibility.fold(view, record)
        meant |= {change.eligibility_id: change.reward_id for change in record.eligibility}
    grants = accounts(topology)["ana"].grants.values()
    assert sorted(view["ana"].values()) == sorted(grant.quantity for grant in grants)
    found: dict[str, int] = {}
    for name, quantity in view["ana"].items():
        found[meant[name]] = found.get(meant[name], 0) + quantity
    return found


def test_a_use_that_comes_late_leaves_one_less() -> None:
    """Of two passes one is left, whether its use came in time or late."""
    used = said(2, USED, reward_id="pass", quantity=1)
    assert told(bought(0, 50_000), used, bought(4, 100), days=5)["pass"] == 1
    assert told(bought(0, 50_000), bought(4, 100), used, days=5)["pass"] == 1


def test_a_return_that_comes_late_leaves_none() -> None:
    """With the tier its passes go."""
    back = said(2, "commerce.purchase.cancelled.v1", order_id="O0")
    assert "pass" not in told(bought(0, 50_000), bought(4, 100), back, days=5)


def test_what_has_run_out_is_not_open() -> None:
    """A ticket of the second of March is there until the twelfth."""
    visit = said(1, "engagement.activity.recorded.v1", activity="visit", quantity="1")
    open_now = {"pass": 2, "mug": 1, "set": 1, "pen": 1, "print": 1}
    assert told(bought(0, 50_000), visit, days=10) == open_now | {"ticket": 1}
    assert told(bought(0, 50_000), visit, days=11) == open_now
