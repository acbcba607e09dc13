"""What waits is settled once, wherever it was handed meanwhile, and whatever comes late."""

from __future__ import annotations

from pathlib import Path

from processors.engine import engine_of
from processors.programs.load import load
from processors.topology import Topology
from schemas.inputs import INPUTS
from schemas.values import identity, parse_instant
from tests.driver.book import accounts, in_turn, records
from tests.driver.checking import verified
from tests.driver.traffic import DAY, Sent, cloud_event

PROGRAM = Path(__file__).parent / "programs" / "merging" / "program.yaml"
"""One point for each unit of money."""
FIRST = parse_instant("2024-02-01T10:00:00+00:00")


def said(who: str, day: int, kind: str, name: str, **data: object) -> Sent:
    """What a member's event says on a day."""
    time = FIRST + day * DAY
    return Sent(INPUTS[kind].topic, who, time, cloud_event(kind, name, who, time, data), time)


def order(who: str, day: int, minor: int = 10_000) -> Sent:
    """The order A1."""
    lines = [{"line_id": "L1", "sku": "hat", "amount_minor": minor}]
    kind = "commerce.purchase.completed.v1"
    return said(who, day, kind, f"{who}-A1", order_id="A1", currency="EUR", lines=lines)


def refund(who: str, day: int) -> Sent:
    """Forty of the order A1 go back."""
    lines = [{"line_id": "L1", "amount_minor": 4_000}]
    kind = "commerce.purchase.refunded.v1"
    return said(who, day, kind, "R1", refund_id="R1", order_id="A1", lines=lines)


def other(who: str, day: int) -> Sent:
    """An order that has nothing to do with it, and earns 5 points."""
    lines = [{"line_id": "L1", "sku": "pin", "amount_minor": 500}]
    kind = "commerce.purchase.completed.v1"
    name = f"{who}-{day}"
    return said(who, day, kind, name, order_id=name, currency="EUR", lines=lines)


def merged(day: int) -> Sent:
    """Ana becomes Bob."""
    return said("bob", day, "loyalty.member.merged.v1", f"M{day}", from_member="ana")


def unmerged(day: int) -> Sent:
    """And is herself again."""
    return said("bob", day, "loyalty.member.unmerged.v1", f"U{day}", from_member="ana")


def lived(*sent: Sent) -> tuple[dict[str, int], int]:
    """What both have after all events in turn, and how often the refund was settled.

    Nothing must be wrong with the books.
    """
    topology = Topology(engine_of(load(str(PROGRAM)), 1), 1)
    topology.advance(in_turn(topology, sent) + 40 * DAY)
    assert verified(topology).findings == ()
    settled = [name for record in records(topology) for name in record.settles]
    has = {
        who: account.totals["points"].available
        for who, account in accounts(topology).items()
        if "points" in account.totals
    }
    return has, settled.count(identity("shop", "R1"))


def test_a_refund_is_settled_once_by_an_order_that_comes_late() -> None:
    """Given that the order is older than its refund, or younger."""
    for day in (1, 3):
        has, times = lived(refund("ana", 2), other("ana", 4), order("ana", day))
        assert (has, times) == ({"ana": 65}, 1)


def test_a_refund_that_moved_is_settled_where_its_order_comes() -> None:
    """Given that it waited, was handed over, and the order comes late for the time before."""
    has, times = lived(refund("ana", 2), merged(4), order("ana", 1))
    assert (has["bob"], times) == (60, 1)
    has, times = lived(refund("ana", 1), merged(4), order("ana", 2))
    assert (has["bob"], times) == (60, 1)


def test_a_refund_that_goes_back_late_is_settled_where_it_went() -> None:
    """Given that the parting itself comes late, it goes on waiting with whose it is."""
    has, times = lived(merged(1), refund("ana", 2), other("bob", 4), unmerged(3), order("ana", 5))
    assert (has, times) == ({"ana": 60, "bob": 5}, 1)


def test_a_refund_that_went_back_is_settled_with_whose_it_is() -> None:
    """Given that an order of its name comes late where it waited before, and nothing for her."""
    _, times = lived(merged(1), refund("ana", 2), unmerged(4), other("bob", 6), order("bob", 3))
    assert times == 1


def test_a_refund_that_came_again_is_settled_with_its_order() -> None:
    """Given two mergers, and the order late for the time of the first."""
    has, times = lived(
        merged(1), refund("ana", 2), unmerged(4), merged(5), other("bob", 6), order("ana", 3)
    )
    assert (has["bob"], times) == (65, 1)


def test_a_late_refund_that_its_order_refuses_is_settled_with_its_own_record() -> None:
    """Given a refund of more than the order, older than it: it waited in its place, and in vain."""
    has, times = lived(order("ana", 3, 1_000), refund("ana", 2))
    assert (has, times) == ({"ana": 10}, 1)
