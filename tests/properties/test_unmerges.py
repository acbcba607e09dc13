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
ORDERED = "commerce.purchase.completed.v1"
CANCELLED = "commerce.purchase.cancelled.v1"
REQUESTED = "loyalty.redemption.requested.v1"
MERGED, UNMERGED = "loyalty.member.merged.v1", "loyalty.member.unmerged.v1"
KINDS = (ORDERED, REQUESTED, MERGED, UNMERGED, CANCELLED)
TOPICS = {
    ORDERED: "commerce.purchases.v1",
    CANCELLED: "commerce.purchases.v1",
    REQUESTED: "loyalty.requests.v1",
    MERGED: "loyalty.members.v1",
    UNMERGED: "loyalty.members.v1",
}
SEEDS = st.integers(min_value=0, max_value=1_000_000)


def histories(seed: int, count: int, *, cancelled: bool) -> list[Sent]:
    """Orders of whole dollars, reservations, merges and unmerges; a third of it comes late.

    Some orders are cancelled, by whoever placed them.
    """
    chance = random.Random(seed)
    sent: list[Sent] = []
    orders: list[tuple[str, str]] = []
    for number in range(count):
        who, time = chance.choice(MEMBERS), START + number * 7 * HOUR
        kind = chance.choices(KINDS, weights=(5, 2, 1, 1, 2 if cancelled else 0))[0]
        late = chance.randrange(10 * DAY) if chance.random() < 0.3 else 0
        data: dict[str, object] = {"from_member": "ben"}
        if kind == ORDERED:
            data = _order(number, chance)
            orders.append((f"O{number}", who))
        elif kind == REQUESTED:
            data = {"redemption_id": f"X{number}", "amount": str(chance.randrange(1, 80))}
        elif kind == CANCELLED and orders:
            name, who = orders.pop(chance.randrange(len(orders)))
            data = {"order_id": name}
        elif kind == CANCELLED:
            continue
        else:
            who, late = "ana", 0
        value = cloud_event(kind, f"e{number}", who, time, data)
        sent.append(Sent(TOPICS[kind], who, time + late, value, time))
    return sorted(sent, key=lambda one: one.arrival)


def _order(number: int, chance: random.Random) -> dict[str, object]:
    dollars = chance.randrange(1, 60)
    line = {"line_id": "L1", "sku": "A", "amount_minor": dollars * 100}
    return {"order_id": f"O{number}", "currency": "USD", "lines": [line]}


def placed(sent: list[Sent]) -> list[str]:
    """Ids of all orders."""
    events = [orjson.loads(one.value) for one in sent]
    return sorted(one["data"]["order_id"] for one in events if one["type"] == ORDERED)


def played(sent: list[Sent], chance: random.Random | None = None) -> Topology:
    """The events, each folded with all that follows from it; or now and then a step of it."""
    size = 2_000 if chance is None else chance.choice((1, 3, 50))
    topology = Topology(engine_of(load("gwynns-grand"), 3), 3, size)
    for one in sent:
        put(topology, [one])
        if chance is None:
            topology.pump()
        else:
            for _ in range(chance.randrange(4)):
                topology.run(chance.randrange(3))
    topology.pump()
    return topology


def balanced(topology: Topology, ids: list[str]) -> None:
    """Every order is in one account, once, and what is kept of all is what both hold together."""
    held = accounts(topology)
    orders = [(name, one) for account in held.values() for name, one in account.orders.items()]
    assert sorted(name for name, _ in orders) == ids
    kept = sum(line.kept_minor for _, one in orders for line in one.lines) // 100
    totals = [account.totals["points"] for account in held.values() if account.totals]
    assert sum(one.available + one.reserved - one.debt for one in totals) == kept
    assert all(min(one.available, one.reserved, one.debt) >= 0 for one in totals)
    assert sums(topology).get(("points", "in_transit"), 0) == 0
    assert refolded(topology) == held


@example(seed=1_706)
@example(seed=315_374)
@given(seed=SEEDS)
def test_what_two_members_hold_together_is_what_is_kept_of_their_orders(seed: int) -> None:
    """Whoever holds it, and whoever owes; a cancellation finds its order wherever that has gone."""
    sent = histories(seed, 40, cancelled=True)
    topology = played(sent)
    balanced(topology, placed(sent))
    orders = [one for account in accounts(topology).values() for one in account.orders.values()]
    waiting = [item for account in accounts(topology).values() for item in account.parked]
    cancellations = sum(CANCELLED.encode() in one.value for one in sent)
    assert sum(one.cancelled for one in orders) == cancellations - len(waiting)


@example(seed=649)
@given(seed=SEEDS)
def test_no_order_counts_twice_while_a_merge_is_on_its_way(seed: int) -> None:
    """Orders come, merges and unmerges go out, before what was asked for has been answered."""
    sent = histories(seed, 30, cancelled=False)
    balanced(played(sent, random.Random(seed + 1)), placed(sent))
