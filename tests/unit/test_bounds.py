"""What one account may hold: each of its events costs no more than that, and its snapshot fits."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from processors.engine import engine_of
from processors.programs.load import load
from processors.topology import Topology
from tests.driver.book import accounts, put, records
from tests.driver.checking import verified
from tests.driver.erasing import T0
from tests.faults import fault
from tests.properties.test_permuted_arrival import sent

if TYPE_CHECKING:
    from tests.driver.traffic import Sent

MINUTE = 60_000_000
ENROLLED, CHANGED = "loyalty.member.enrolled.v1", "loyalty.member.profile_changed.v1"
LINKED, PAID = "loyalty.member.alias_linked.v1", "commerce.purchase.paid.v1"
LINE: dict[str, object] = {"line_id": "1", "sku": "A", "amount_minor": 1_000}


def said(number: int, kind: str, data: dict[str, object], who: str = "ann") -> Sent:
    """One of many events, each a minute after the one before."""
    return sent(kind, f"e{number}", who, T0 + number * MINUTE, data)


def decided(*life: Sent) -> Topology:
    """These events, one at a time."""
    topology = Topology(engine_of(load("starter"), 2), 2)
    for one in life:
        put(topology, [one])
        topology.pump()
    assert verified(topology).findings == ()
    return topology


def outcomes(topology: Topology) -> Counter[tuple[str, str | None]]:
    """How many events had which outcome, and the reason of those that were refused."""
    return Counter(
        (one.outcome, one.refusals[0].reason if one.refusals else None)
        for one in records(topology)
        if one.source and one.source.topic != topology.engine.transfers_topic
    )


@fault("F43", checks="L3")
def test_a_member_has_so_many_attributes_and_aliases() -> None:
    """One more is refused with a reason; what he has can be changed and taken away all the same."""
    names = [f"k{n}" for n in range(100)]
    topology = decided(
        said(1, CHANGED, {"attributes": dict.fromkeys(names, "x" * 4_096)}),
        said(2, CHANGED, {"attributes": {"more": 1}}),
        said(3, ENROLLED, {"attributes": {"more": 1}}),
        said(4, ENROLLED, {"aliases": [f"card:{n}" for n in range(100)]}),
        said(5, LINKED, {"alias": "card:more"}),
        said(6, ENROLLED, {"aliases": ["card:more"]}),
        said(7, LINKED, {"alias": "card:7"}),
        said(8, CHANGED, {"attributes": {"k1": None, "k2": "y", "more": 2}}),
    )
    profile = accounts(topology)["ann"].profile
    assert (len(profile.attributes), len(profile.aliases)) == (100, 100)
    assert profile.attributes["more"] == 2
    assert outcomes(topology) == {
        ("accepted", None): 3,
        ("refused", "above_maximum"): 4,
        ("forwarded", None): 1,
    }


@fault("F50", checks="L3")
def test_so_much_waits_for_nobody() -> None:
    """A till that sends one card for every stranger fills no account without end."""
    order: dict[str, object] = {"currency": "USD", "lines": [LINE]}
    life = [
        said(n, "commerce.purchase.completed.v1", order | {"order_id": f"O{n}"}, "card:0000")
        for n in range(505)
    ]
    topology = Topology(engine_of(load("starter"), 1), 1)
    put(topology, life)
    topology.pump()
    assert outcomes(topology) == {("parked", None): 500, ("refused", "unknown_member"): 5}
    put(topology, [said(-1, LINKED, {"alias": "card:0000"})])
    topology.pump()
    assert len(accounts(topology)["ann"].orders) == 500
    assert verified(topology).findings == ()


@fault("F43", checks="L3")
def test_no_more_bytes_wait_than_fit_a_record() -> None:
    """Whatever they say."""
    lines = [LINE | {"line_id": f"{n}" * 40, "sku": "s" * 250} for n in range(100, 500)]
    order: dict[str, object] = {"currency": "USD", "lines": lines}
    life = [
        said(n, "commerce.purchase.completed.v1", order | {"order_id": f"O{n}"}, "card:0000")
        for n in range(20)
    ]
    found = outcomes(decided(*life))
    assert found["refused", "unknown_member"] > 0
    assert found["parked", None] + found["refused", "unknown_member"] == 20
