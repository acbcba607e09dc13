"""Two members merged and parted again and again, with late events: no point is made or lost."""

from __future__ import annotations

import random

import orjson
from hypothesis import example, given
from hypothesis import strategies as st

from processors.engine import engine_of
from processors.programs.load import load
from processors.topology import Topology
from tests.driver.book import accounts, put, refolded, sums
from tests.driver.traffic import DAY, HOUR, START, Sent, cloud_event

MEMBERS = ("ana", "ben")
SEEDS = st.integers(min_value=0, max_value=1_000_000)


def histories(seed: int, count: int) -> list[Sent]:
    """Orders of whole dollars, reservations, merges and unmerges; a third of it comes late."""
    chance = random.Random(seed)
    sent: list[Sent] = []
    for number in range(count):
        who, time = chance.choice(MEMBERS), START + number * 7 * HOUR
        topic, kind, data = chance.choices(
            (
                ("commerce.purchases.v1", "commerce.purchase.completed.v1", _order(number, chance)),
                (
                    "loyalty.requests.v1",
                    "loyalty.redemption.requested.v1",
                    {"redemption_id": f"X{number}", "amount": str(chance.randrange(1, 80))},
                ),
                ("loyalty.members.v1", "loyalty.member.merged.v1", {"from_member": "ben"}),
                ("loyalty.members.v1", "loyalty.member.unmerged.v1", {"from_member": "ben"}),
            ),
            weights=(5, 2, 1, 1),
        )[0]
        if topic == "loyalty.members.v1":
            who, late = "ana", 0
        else:
            late = chance.randrange(10 * DAY) if chance.random() < 0.3 else 0
        value = cloud_event(kind, f"e{number}", who, time, data)
        sent.append(Sent(topic, who, time + late, value, time))
    return sorted(sent, key=lambda one: one.arrival)


def _order(number: int, chance: random.Random) -> dict[str, object]:
    dollars = chance.randrange(1, 60)
    line = {"line_id": "L1", "sku": "A", "amount_minor": dollars * 100}
    return {"order_id": f"O{number}", "currency": "USD", "lines": [line]}


def dollars(sent: list[Sent]) -> int:
    """What all orders are worth."""
    total = 0
    for one in sent:
        for line in orjson.loads(one.value)["data"].get("lines", ()):
            total += int(line["amount_minor"]) // 100
    return total


@example(seed=315_374)
@given(seed=SEEDS)
def test_what_two_members_hold_together_is_what_their_orders_earned(seed: int) -> None:
    """Whoever holds it, and whoever owes: the sum is that of the orders, and nothing is lost."""
    topology = Topology(engine_of(load("gwynns-grand"), 3), 3)
    sent = histories(seed, 40)
    for one in sent:
        put(topology, [one])
        topology.pump()
    held = accounts(topology)
    totals = [account.totals["points"] for account in held.values() if account.totals]
    assert sum(one.available + one.reserved - one.debt for one in totals) == dollars(sent)
    assert all(min(one.available, one.reserved, one.debt) >= 0 for one in totals)
    assert sums(topology).get(("points", "in_transit"), 0) == 0
    assert refolded(topology) == held
