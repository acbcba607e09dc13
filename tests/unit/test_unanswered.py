"""What happens to a claim on what members share before its answer is there.

Events that arrive together are all decided before a pool answers the first of them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from processors.engine import engine_of
from processors.programs.load import load
from processors.topology import Topology
from schemas.inputs import INPUTS
from schemas.values import format_instant, parse_instant
from tests.driver.book import accounts, put
from tests.driver.traffic import HOUR, Sent, cloud_event

if TYPE_CHECKING:
    from processors.accounts.account import Account

PROGRAM = Path(__file__).parent / "programs" / "shared" / "program.yaml"
"""Its one mug costs 10 points, each toy brings 10, and food 1 for each unit of money."""
TEN = parse_instant("2026-03-02T10:00:00+00:00")
REQUESTED = "loyalty.redemption.requested.v1"
COMMITTED = "loyalty.redemption.committed.v1"
RELEASED = "loyalty.redemption.released.v1"


def said(who: str, hours: int, kind: str, **data: object) -> Sent:
    """What a member's event says, so many hours after ten o'clock."""
    time = TEN + hours * HOUR
    name = f"{who}-{hours}-{kind}-{sorted(data.values(), key=str)}"
    return Sent(INPUTS[kind].topic, who, time, cloud_event(kind, name, who, time, data), time)


def bought(who: str, hours: int, category: str, quantity: int) -> Sent:
    """An order of so many pieces of one thing, for 1.00 each."""
    line = {"line_id": "L1", "sku": "A", "category": category, "quantity": quantity}
    lines = [line | {"amount_minor": 100 * quantity}]
    order = f"{who}-{hours}"
    kind = "commerce.purchase.completed.v1"
    return said(who, hours, kind, order_id=order, currency="EUR", lines=lines)


def late(sent: Sent, hours: int) -> Sent:
    """The same event, which arrives so many hours after ten o'clock."""
    return sent._replace(arrival=TEN + hours * HOUR)


def together(topology: Topology, *sent: Sent) -> dict[str, Account]:
    """The accounts after events that arrived together, and all that followed."""
    put(topology, sent)
    topology.pump()
    return accounts(topology)


def twenty_each() -> Topology:
    """Ana, Ben and Cyd have the price of two mugs each."""
    topology = Topology(engine_of(load(str(PROGRAM)), 1), 1)
    together(topology, *(bought(who, 0, "toy", 2) for who in ("ana", "ben", "cyd")))
    return topology


def points(account: Account) -> tuple[int, int, int]:
    """Available, reserved and redeemed."""
    totals = account.totals["points"]
    return totals.available, totals.reserved, totals.redeemed


def who_has_one(topology: Topology, hours: int) -> list[str]:
    """Who of Ben and Cyd has reserved the mug after both asked for it, Ben first."""
    for who in ("ben", "cyd"):
        together(topology, said(who, hours, REQUESTED, redemption_id=who, reward_id="mug"))
    book = accounts(topology)
    return [who for who in ("ben", "cyd") if points(book[who]) == (10, 10, 0)]


def test_a_late_release_of_what_is_still_asked_for_gives_it_back_once() -> None:
    """Given that no answer came yet, it is the answer that goes back."""
    topology = twenty_each()
    book = together(
        topology,
        said("ana", 1, REQUESTED, redemption_id="A", reward_id="mug"),
        bought("ana", 3, "food", 1),
        late(said("ana", 2, RELEASED, redemption_id="A"), 4),
    )
    assert points(book["ana"]) == (21, 0, 0)
    assert who_has_one(topology, 4) == ["ben"]


def test_a_hold_that_ends_before_the_answer_gives_it_back_once() -> None:
    """The reservation is over by then, whatever the answer."""
    topology = twenty_each()
    until = format_instant(TEN + 2 * HOUR)
    book = together(
        topology,
        said("ana", 1, REQUESTED, redemption_id="A", reward_id="mug", hold_until=until),
        bought("ana", 3, "food", 1),
    )
    assert points(book["ana"]) == (21, 0, 0)
    assert who_has_one(topology, 4) == ["ben"]


def test_what_was_committed_before_the_answer_is_spent_with_it() -> None:
    """Neither does its hold end, nor can it be released, and nothing waits for it any more."""
    topology = twenty_each()
    until = format_instant(TEN + 2 * HOUR)
    book = together(
        topology,
        said("ana", 1, REQUESTED, redemption_id="A", reward_id="mug", hold_until=until),
        said("ana", 1, COMMITTED, redemption_id="A"),
        said("ana", 1, RELEASED, redemption_id="A"),
        bought("ana", 3, "food", 1),
    )
    assert points(book["ana"]) == (11, 0, 10)
    assert book["ana"].redemptions["A"].state == "committed"
    assert not any("A" in name for name in (*book["ana"].marks, *book["ana"].counters))
    assert who_has_one(topology, 4) == []


def test_of_those_who_ask_together_the_first_has_it() -> None:
    """And what the others reserved comes back, also where they have committed it."""
    topology = twenty_each()
    book = together(
        topology,
        said("ana", 1, REQUESTED, redemption_id="A", reward_id="mug"),
        said("ben", 1, REQUESTED, redemption_id="B", reward_id="mug"),
        said("ben", 1, COMMITTED, redemption_id="B"),
        said("cyd", 1, REQUESTED, redemption_id="C", reward_id="mug"),
    )
    assert [points(book[who]) for who in ("ana", "ben", "cyd")] == [
        (10, 10, 0),
        (20, 0, 0),
        (20, 0, 0),
    ]


def test_a_late_order_between_a_claim_and_its_answer_changes_neither() -> None:
    """The answer comes to an account whose history was decided again."""
    topology = twenty_each()
    book = together(
        topology,
        said("ana", 2, REQUESTED, redemption_id="A", reward_id="mug"),
        bought("ana", 3, "toy", 3),
        late(bought("ana", 1, "food", 1), 4),
    )
    assert points(book["ana"]) == (41, 10, 0)
    assert book["ana"].totals["points"].pending == 0
    after = together(topology, bought("ben", 4, "toy", 9))
    # A hundred in all: twenty each at ten o'clock, thirty of Ana's, and what is left of them.
    assert points(after["ben"]) == (30, 0, 0)


def test_what_is_granted_lasts_from_its_order_on() -> None:
    """Also where the answer comes when the account is further: thirty days, without the day."""
    topology = Topology(engine_of(load(str(PROGRAM)), 1), 1)
    book = together(topology, bought("ana", 13, "toy", 2), bought("ana", 14, "food", 1))
    first, second = (parse_instant(f"2026-04-0{day}T00:00:00+00:00") for day in (1, 2))
    assert book["ana"].schedule == {"points": {first: 20, second: 1}}


def test_what_is_granted_when_its_time_is_over_is_gone_at_once() -> None:
    """And it leaves the budget all the same: it was had."""
    topology = Topology(engine_of(load(str(PROGRAM)), 1), 1)
    book = together(topology, bought("ana", 0, "toy", 8), bought("ana", 31 * 24, "food", 1))
    totals = book["ana"].totals["points"]
    assert (totals.available, totals.pending, totals.expired) == (1, 0, 80)
    after = together(topology, bought("ben", 32 * 24, "toy", 8))
    assert points(after["ben"]) == (20, 0, 0)


@pytest.mark.parametrize(
    ("first", "second", "states"),
    [
        ("ana", "ben", {"X": "released", "ana:X": "reserved"}),
        ("ben", "ana", {"X": "reserved", "ana:X": "released"}),
    ],
)
def test_each_answer_finds_its_own_claim_in_an_account_that_two_share_by_now(
    first: str, second: str, states: dict[str, str]
) -> None:
    """Given one name for both requests, and a merge before the answers: the first one has it."""
    topology = twenty_each()
    book = together(
        topology,
        said(first, 1, REQUESTED, redemption_id="X", reward_id="mug"),
        said(second, 1, REQUESTED, redemption_id="X", reward_id="mug"),
        said("ben", 2, "loyalty.member.merged.v1", from_member="ana"),
    )
    assert points(book["ben"]) == (30, 10, 0)
    assert {name: item.state for name, item in book["ben"].redemptions.items()} == states


def test_two_orders_of_one_name_wait_beside_each_other_after_a_merge() -> None:
    """And nothing of either waits on when both were answered."""
    topology = Topology(engine_of(load(str(PROGRAM)), 1), 1)
    kind = "commerce.purchase.completed.v1"
    line = {"line_id": "L1", "sku": "A", "category": "toy"}
    six, seven = (line | {"quantity": many, "amount_minor": many * 100} for many in (6, 7))
    book = together(
        topology,
        said("ana", 1, kind, order_id="O", currency="EUR", lines=[six]),
        said("ben", 1, kind, order_id="O", currency="EUR", lines=[seven]),
        said("ben", 2, "loyalty.member.merged.v1", from_member="ana"),
    )
    assert points(book["ben"]) == (100, 0, 0)
    assert book["ben"].totals["points"].pending == 0
    assert {name: order.granted for name, order in book["ben"].orders.items()} == {
        "O": {"gift": 40},
        "ana:O": {"gift": 60},
    }
