"""Points on their way between members: seven partitions, senders killed around every commit."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from processors.engine import engine_of
from processors.programs.compiled import Allowance, Program, Recognition
from processors.topology import Moment, Topology
from tests.driver.book import accounts, records, refolded, starter, sums
from tests.driver.traffic import DAY, HOUR, START, STRUCTURED, cloud_event

MEMBERS = [f"m{number}" for number in range(12)]
CLOSED = MEMBERS[::4]
"""These may give, but not receive: what is sent to them comes back."""


def giving_program() -> Program:
    """The starter program, with points that members may hand to each other."""
    version = starter().versions[0]
    rule = version.rules["review"]
    open_roles = frozenset({"open"})
    recognition = Recognition("points", rule, "role", open_roles | {"closed"}, open_roles, "open")
    allowance = Allowance(rule, lambda _at, _account, _joined: 0, lambda at: at + 400 * DAY)
    changed = replace(version, recognition=recognition, allowances=(allowance,))
    return replace(starter(), versions=(changed,))


def gifts(seed: int, count: int) -> list[tuple[str, str, int, bytes]]:
    """Everybody enrols and gets a hundred points; then they give and give."""
    chance = random.Random(seed)
    sent = []
    for name in MEMBERS:
        role = "closed" if name in CLOSED else "open"
        for kind, data in (
            ("loyalty.member.enrolled.v1", {"attributes": {"role": role}}),
            (
                "loyalty.points.adjusted.v1",
                {"adjustment_id": "A", "amount": "100", "reason": "start", "operator": "ops"},
            ),
        ):
            topic = "loyalty.members.v1" if "member" in kind else "loyalty.requests.v1"
            sent.append(
                (topic, name, START, cloud_event(kind, f"{kind}/{name}", name, START, data))
            )
    for number in range(count):
        giver, receiver = chance.sample(MEMBERS, 2)
        time = START + HOUR + number * 60_000_000
        data = {
            "recognition_id": f"G{number}",
            "to": receiver,
            "amount": str(chance.randrange(1, 60)),
        }
        value = cloud_event("engagement.recognition.given.v1", f"g{number}", giver, time, data)
        sent.append(("engagement.activities.v1", giver, time, value))
    return sent


@pytest.mark.parametrize("period", [2, 3])
def test_what_is_on_its_way_arrives_or_comes_back(period: int) -> None:
    """Nothing stays in transit, nothing is lost, and who may not receive has received nothing."""
    asked: dict[tuple[int, Moment], int] = {}

    def crash(number: int, moment: Moment) -> bool:
        asked[number, moment] = asked.get((number, moment), 0) + 1
        return asked[number, moment] % period == 1

    topology = Topology(engine_of(giving_program(), 7), 7, 3, crash)
    for topic, key, time, value in gifts(5, 150):
        topology.send(topic, key.encode(), value, STRUCTURED, timestamp=time // 1000)
    topology.pump()
    held = accounts(topology)
    assert topology.restarts > 50
    assert sums(topology)["points", "in_transit"] == 0
    assert sum(held[name].totals["points"].available for name in MEMBERS) == 100 * len(MEMBERS)
    assert all(held[name].totals["points"].available <= 100 for name in CLOSED)
    assert refolded(topology) == held
    kinds = {effect.kind for record in records(topology) for effect in record.effects}
    assert kinds == {"recognition.moved", "move.returned"}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_late_gifts_and_late_grounds_for_them_lose_nothing(seed: int) -> None:
    """What was given stays given; who has not the points any more owes them."""
    chance = random.Random(seed)
    late = [
        (time + (chance.randrange(3 * HOUR) if chance.random() < 0.3 else 0), topic, key, value)
        for topic, key, time, value in gifts(seed, 120)
    ]
    topology = Topology(engine_of(giving_program(), 7), 7, 3)
    for arrival, topic, key, value in sorted(late):
        topology.send(topic, key.encode(), value, STRUCTURED, timestamp=arrival // 1000)
    topology.pump()
    held = [accounts(topology)[name].totals["points"] for name in MEMBERS]
    assert sums(topology)["points", "in_transit"] == 0
    assert sum(totals.available - totals.debt for totals in held) == 100 * len(MEMBERS)
