"""Budgets and stocks that all members share: never more than there is, whatever comes late."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from processors.engine import engine_of
from processors.programs.load import load
from processors.topology import Topology
from tests.driver.book import accounts, put, refolded, sums
from tests.driver.checking import verified
from tests.driver.traffic import DAY, HOUR, START, Sent, cloud_event

if TYPE_CHECKING:
    from processors.accounts.account import Account

PROGRAM = "limited-edition"
MEMBERS = ("ana", "ben", "cyd")
SEEDS = st.integers(min_value=0, max_value=1_000_000)
LAUNCH, QUEST, MUGS = 250, 40, 1
"""What the program's file says there is: in a month, ever, and ever."""


def histories(seed: int, count: int, *, in_time: bool = False) -> list[Sent]:
    """Orders, returns, challenges and requests for the reward; merges, and what comes late."""
    chance = random.Random(seed)
    sent: list[Sent] = []
    for number in range(count):
        who, time = chance.choice(MEMBERS), START + number * 9 * HOUR
        other = f"O{chance.randrange(number + 1)}"
        topic, kind, data = chance.choices(
            (
                ("commerce.purchases.v1", "commerce.purchase.completed.v1", _order(number, chance)),
                ("commerce.purchases.v1", "commerce.purchase.edited.v1", _order(number, chance)),
                (
                    "commerce.purchases.v1",
                    "commerce.purchase.refunded.v1",
                    {"refund_id": f"R{number}", "order_id": other, "amount_minor": 900},
                ),
                ("commerce.purchases.v1", "commerce.purchase.cancelled.v1", {"order_id": other}),
                (
                    "loyalty.requests.v1",
                    "loyalty.promotion.opted_in.v1",
                    {"promotion_id": "quest"},
                ),
                (
                    "loyalty.requests.v1",
                    "loyalty.redemption.requested.v1",
                    {"redemption_id": f"X{number}", "reward_id": "mug"},
                ),
                (
                    "loyalty.requests.v1",
                    chance.choice(CLOSINGS),
                    {"redemption_id": f"X{chance.randrange(number + 1)}"},
                ),
                ("loyalty.members.v1", "loyalty.member.merged.v1", {"from_member": "cyd"}),
                ("loyalty.members.v1", "loyalty.member.erased.v1", {}),
            ),
            weights=(40, 4, 12, 6, 6, 14, 14, int(not in_time), 1),
        )[0]
        if kind.endswith("edited.v1"):
            data["order_id"] = other
        late = chance.randrange(10 * DAY) if not in_time and chance.random() < 0.3 else 0
        if topic == "loyalty.members.v1":
            who, late = ("ben" if kind.endswith("erased.v1") else "ana"), 0
        value = cloud_event(kind, f"e{number}", who, time, data)
        sent.append(Sent(topic, who, time + late, value, time))
    return sorted(sent, key=lambda one: one.arrival)


CLOSINGS = (
    "loyalty.redemption.committed.v1",
    "loyalty.redemption.released.v1",
    "loyalty.redemption.reversed.v1",
)


def _order(number: int, chance: random.Random) -> dict[str, object]:
    line = {"line_id": "L1", "sku": "A", "amount_minor": chance.choice((900, 2000, 5000))}
    order: dict[str, object] = {"order_id": f"O{number}", "currency": "EUR", "lines": [line]}
    return order | ({"redemption_id": f"X{number - 1}"} if chance.random() < 0.2 else {})


def folded(sent: list[Sent], at_once: int = 1) -> Topology:
    """All of it, so many events at once, and time let run on.

    Of events that arrive together the later ones are decided before pools answer the first.
    """
    topology = Topology(engine_of(load(PROGRAM), 3), 3)
    for place in range(0, len(sent), at_once):
        put(topology, sent[place : place + at_once])
        topology.pump()
    topology.advance(sent[-1].arrival + 60 * DAY)
    return topology


def used(book: dict[str, Account], pool: str) -> dict[str, int]:
    """What a pool has given, by window."""
    account = book.get(f"pool/{pool}")
    return {} if account is None else dict(account.counters)


def had(book: dict[str, Account], rule: str) -> int:
    """What members' orders hold of a rule."""
    return sum(
        order.granted.get(rule, 0) for account in book.values() for order in account.orders.values()
    )


@given(seed=SEEDS)
def test_no_more_is_given_than_there_is(seed: int) -> None:
    """However many ask at once. Only what comes late may show that a member kept what went on."""
    book = accounts(folded(histories(seed, 70, in_time=True), at_once=1 + seed % 12))
    for amount in used(book, "budget/launch").values():
        assert 0 <= amount <= LAUNCH
    assert 0 <= used(book, "budget/quest").get("used/ever", 0) <= QUEST
    assert 0 <= used(book, "stock/mug").get("used/ever", 0) <= MUGS


@given(seed=SEEDS)
def test_what_a_pool_has_given_is_what_members_hold(seed: int) -> None:
    """Refunds, late ones and merges give room back to the last point, and nothing waits on."""
    book = accounts(folded(histories(seed, 70), at_once=1 + seed % 12))
    if not any(account.profile.erased for account in book.values()):
        assert sum(used(book, "budget/launch").values()) == had(book, "launch")
    for account in book.values():
        assert all(not totals.pending for totals in account.totals.values())
        assert not any(key.startswith("asked/") for key in account.counters)
        assert not any(key.startswith("commit/") for key in account.marks)


@given(seed=SEEDS)
def test_the_book_balances_and_verifies(seed: int) -> None:
    """Lots agree with totals, the ledger alone gives every account, and outputs are as it says."""
    topology = folded(histories(seed, 60), at_once=1 + seed % 12)
    assert all(
        sum(amount for (unit, _), amount in sums(topology).items() if unit == of) == 0
        for of in ("points",)
    )
    assert refolded(topology) == accounts(topology)
    assert verified(topology).findings == ()


@given(seed=SEEDS)
def test_a_budget_that_is_not_spent_is_as_if_there_were_none(seed: int) -> None:
    """One member, three orders in any order of arrival: each has its bonus."""
    chance = random.Random(seed)
    sent = [
        Sent(
            "commerce.purchases.v1",
            "ana",
            START + number * DAY,
            cloud_event(
                "commerce.purchase.completed.v1",
                f"e{number}",
                "ana",
                START + number * DAY,
                {
                    "order_id": f"O{number}",
                    "currency": "EUR",
                    "lines": [{"line_id": "L1", "sku": "A", "amount_minor": 2000}],
                },
            ),
            START + number * DAY,
        )
        for number in range(2)
    ]
    chance.shuffle(sent)
    late = [one._replace(arrival=START + 5 * DAY + place) for place, one in enumerate(sent)]
    book = accounts(folded(late))
    assert book["ana"].totals["points"].available == 2 * 120
