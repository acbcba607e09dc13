"""Who names himself by one of his aliases names himself: nothing comes of it, as by his id."""

from __future__ import annotations

import pytest

from processors.engine import engine_of
from processors.programs.load import load
from processors.topology import Topology
from tests.driver.book import accounts, put, records, sums
from tests.driver.checking import verified
from tests.driver.erasing import bought, said
from tests.faults import fault

ALIAS = "code:ANN"
ENROLLED = said("loyalty.member.enrolled.v1", "0", "ann", 0, {"aliases": [ALIAS]})


def lived(program: str, *life: tuple[str, dict[str, object]]) -> Topology:
    """A member with an alias, her order, then these events day by day, and an order again."""
    topology = Topology(engine_of(load(program), 3), 3)
    put(topology, [ENROLLED, bought("first", "ann", 1)])
    topology.pump()
    for day, (kind, data) in enumerate(life, 2):
        put(topology, [said(kind, f"e{day}", "ann", day, data)])
        topology.pump()
    put(topology, [bought("last", "ann", 9)])
    topology.pump()
    assert verified(topology).findings == ()
    return topology


def reason_of(topology: Topology, event: str) -> set[str]:
    """Why an event was refused, wherever it was settled."""
    own = [one for one in records(topology) if one.cause and one.cause.at.topic]
    at = next(one.cause.at for one in own if one.cause and one.cause.id == event)
    same = [one for one in own if one.cause and one.cause.at == at]
    return {refusal.reason for one in same for refusal in one.refusals}


@fault("F49", checks="O1 C6")
@pytest.mark.parametrize("name", ["ann", ALIAS])
def test_nobody_is_merged_into_herself(name: str) -> None:
    """Her account goes on: it does not send her events to itself for ever."""
    topology = lived("starter", ("loyalty.member.merged.v1", {"from_member": name}))
    ann = accounts(topology)["ann"]
    assert ann.profile.owner is None
    assert len(ann.orders) == 2
    assert reason_of(topology, "e2") == {"self_referral"}


@fault("F49", checks="C6")
@pytest.mark.parametrize("name", ["ann", ALIAS])
def test_nobody_gives_herself_points(name: str) -> None:
    """An allowance to give does not become points to spend."""
    given: dict[str, object] = {"recognition_id": "r", "to": name, "amount": "5"}
    topology = lived("assembly-recognition", ("engagement.recognition.given.v1", given))
    totals = accounts(topology)["ann"].totals
    assert "earned" not in totals
    assert not any(amount for (_, where), amount in sums(topology).items() if where == "in_transit")
    assert reason_of(topology, "e2") == {"not_transferable"}


@fault("F49", checks="C6")
@pytest.mark.parametrize("name", ["ann", ALIAS])
def test_nobody_refers_herself(name: str) -> None:
    """Neither side earns anything by it."""
    joined: dict[str, object] = {"referral_id": "f", "referrer": name}
    topology = lived("starter", ("engagement.referral.joined.v1", joined))
    assert {lot.rule for lot in accounts(topology)["ann"].lots.values()} == {"base"}
