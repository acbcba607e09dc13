"""What must hold under every program of this repository, whatever its members do."""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET

from processors.engine import engine_of
from processors.topology import Topology
from tests.driver.book import accounts, put, records, refolded, sums
from tests.driver.checking import verified
from tests.driver.library import PROGRAMS, keeps_something, pools_nothing, program_of
from tests.driver.lives import Lives
from tests.driver.traffic import DAY
from tests.properties.test_book import essence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.driver.traffic import Sent

EVENTS = 110
AFTER = 500 * DAY
REVIEWED = "engagement.review.submitted.v1"
SEEDS = st.integers(min_value=0, max_value=1_000_000)


def some_lives(test: Callable[..., None]) -> Callable[..., None]:
    """Each program with a few lives of other seeds; a failing one is shrunk and printed."""
    return settings(max_examples=2)(given(seed=SEEDS)(test))


def lives(name: str, seed: int, *, spend: bool = True, others: bool = True) -> list[Sent]:
    """Random lives under a program."""
    return Lives(program_of(name)[0], seed).make(EVENTS, spend=spend, others=others)


def told(
    name: str, sent: list[Sent], *, run_size: int = 2_000, until: int | None = None
) -> Topology:
    """All of it folded, and time let run on."""
    topology = Topology(engine_of(program_of(name)[1], 3), 3, run_size)
    put(topology, sent)
    topology.pump()
    topology.advance(sent[-1].time + AFTER if until is None else until)
    return topology


@pytest.mark.parametrize("name", PROGRAMS)
@some_lives
def test_points_neither_appear_nor_vanish(name: str, seed: int) -> None:
    """Buckets sum to zero unit by unit, nothing stays in transit, lots agree with totals."""
    topology = told(name, lives(name, seed))
    found = sums(topology)
    for unit in {unit for unit, _ in found}:
        assert sum(amount for (other, _), amount in found.items() if other == unit) == 0
        assert found.get((unit, "in_transit"), 0) == 0
    for account in accounts(topology).values():
        for unit, totals in account.totals.items():
            lots = [lot for lot in account.lots.values() if lot.unit == unit]
            assert sum(lot.available for lot in lots) == totals.available
            assert sum(lot.pending for lot in lots) == totals.pending
            assert sum(lot.reserved for lot in lots) == totals.reserved
            assert min((lot.available for lot in lots), default=0) >= 0
            assert totals.available + totals.reserved - totals.debt == (
                totals.earned - totals.redeemed - totals.expired
            )


@pytest.mark.parametrize("name", PROGRAMS)
@some_lives
def test_everything_can_be_verified_from_the_topics_alone(name: str, seed: int) -> None:
    """The ledger alone gives every account, and every output is what the ledger says."""
    topology = told(name, lives(name, seed), run_size=9)
    assert refolded(topology) == accounts(topology)
    assert verified(topology).findings == ()


@pytest.mark.parametrize("name", PROGRAMS)
@some_lives
def test_a_second_delivery_changes_nothing(name: str, seed: int) -> None:
    """Every event of the last days again, at a new offset, once all that is due by now is done."""
    sent = lives(name, seed)
    topology = told(name, sent, until=sent[-1].arrival)
    before = essence(topology)
    recent = [one for one in sent if one.time > sent[-1].time - 25 * DAY]
    put(topology, [one._replace(arrival=sent[-1].arrival) for one in recent])
    topology.pump()
    assert essence(topology) == before


@pytest.mark.parametrize("name", PROGRAMS)
@some_lives
def test_a_restart_anywhere_changes_nothing(name: str, seed: int) -> None:
    """Snapshots and the ledger's tail give the state that was lost."""
    sent = lives(name, seed)
    whole, broken = (Topology(engine_of(program_of(name)[1], 3), 3, 7) for _ in range(2))
    for place in range(0, len(sent), 10):
        for topology in (whole, broken):
            put(topology, sent[place : place + 10])
            topology.pump()
        broken.restart(place // 10 % 3)
    for topology in (whole, broken):
        topology.advance(sent[-1].time + AFTER)
    assert accounts(broken) == accounts(whole)


@pytest.mark.parametrize("name", [name for name in PROGRAMS if pools_nothing(name)])
@some_lives
def test_members_do_not_depend_on_each_other(name: str, seed: int) -> None:
    """Each member alone has the account that he has among the others."""
    sent = lives(name, seed, others=False)
    end = sent[-1].time + AFTER
    together = essence(told(name, sent, until=end))
    for who in together:
        alone = [one for one in sent if one.key == who]
        assert essence(told(name, alone, until=end))[who] == together[who]


def reviewed_once(sent: list[Sent]) -> Iterator[Sent]:
    """The events without second reviews of a product: a refusal is pinned, whatever comes late."""
    seen: set[str] = set()
    for one in sent:
        event = orjson.loads(one.value)
        if event["type"] == REVIEWED and event["data"]["sku"] in seen:
            continue
        if event["type"] == REVIEWED:
            seen.add(event["data"]["sku"])
        yield one


@pytest.mark.parametrize("name", [name for name in PROGRAMS if pools_nothing(name)])
@some_lives
def test_any_order_of_arrival_within_the_horizon_is_as_in_time(name: str, seed: int) -> None:
    """Histories without redemptions: backwards and shuffled, the account is the same."""
    mine = [one for one in lives(name, seed, spend=False, others=False) if one.key == "m0"]
    sent = list(reviewed_once(mine))
    first = sent[len(sent) // 2].time
    early = [one for one in sent if one.time < first]
    block = [one for one in sent if first <= one.time < first + 25 * DAY]
    end = sent[-1].time + AFTER
    in_time = essence(told(name, [*early, *block], until=end))
    shuffled = list(block)
    random.Random(7).shuffle(shuffled)
    for order in (block[::-1], shuffled):
        arrival = first + 26 * DAY
        late = [one._replace(arrival=arrival + place) for place, one in enumerate(order)]
        assert essence(told(name, [*early, *late], until=end)) == in_time


@pytest.mark.parametrize("name", PROGRAMS)
@some_lives
def test_what_fired_is_in_the_file(name: str, seed: int) -> None:
    """Every rule that an entry names stands in the program's file, or belongs to the engine."""
    model, _ = program_of(name)
    text = model.model_dump_json()
    own = (
        "adjustment",
        "recognition",
        "conversion/",
        "redemption",
        "review",
        "referral",
        "correction",
    )
    for record in records(told(name, lives(name, seed))):
        for entry in record.entries:
            rule = entry.rule.rpartition("/")[2]
            assert entry.rule.startswith(own) or f'"{rule}"' in text, entry


@pytest.mark.parametrize("name", [name for name in PROGRAMS if not keeps_something(name)])
@some_lives
def test_a_full_refund_of_everything_leaves_nothing(name: str, seed: int) -> None:
    """No points, no debt, and the tier of somebody who never bought."""
    model, program = program_of(name)
    maker = Lives(model, seed, members=1)
    maker.words.pop("member", None)
    maker.enrol("m0")
    for _ in range(14):
        maker.now += DAY
        maker.purchase()
    orders = [order for _, order, _ in maker.orders]
    for order in orders:
        maker.now += 60_000_000
        maker.say("commerce.purchase.cancelled.v1", "m0", {"order_id": order})
    topology = told(name, maker.sent, until=maker.now + 60_000_000)
    account = accounts(topology)["m0"]
    for totals in account.totals.values():
        assert (totals.available, totals.pending, totals.debt) == (0, 0, 0)
    for ladder in program.version_at(maker.now).ladders:
        held = account.standings.get(ladder.id)
        assert held is None or held.tier == ladder.tiers[0].id


@pytest.mark.parametrize("name", PROGRAMS)
@some_lives
def test_no_cap_is_exceeded(name: str, seed: int) -> None:
    """What counts under a cap never stands above it, nor below nothing."""
    _, program = program_of(name)
    caps = {
        cap.id: cap.amount
        for version in program.versions
        for rule in version.rules.values()
        for cap in rule.caps
    }
    for account in accounts(told(name, lives(name, seed))).values():
        for key, used in account.counters.items():
            if key.startswith("cap/"):
                cap = key.removeprefix("cap/").rpartition("/")[0]
                assert 0 <= used <= caps.get(cap, used)


@pytest.mark.parametrize("name", PROGRAMS)
@some_lives
def test_what_was_redeemed_or_told_stays_when_orders_come_late(name: str, seed: int) -> None:
    """Redemptions and notices of before are still there after, and the book still balances."""
    sent = lives(name, seed)
    orders = [one for one in sent if b"purchase.completed" in one.value][-12::4]
    end = sent[-1].time
    topology = told(name, [one for one in sent if one not in orders], until=end)
    before = accounts(topology)
    told_before = [record.value for record in topology.written("notices")]
    put(topology, [one._replace(arrival=end) for one in orders])
    topology.pump()
    for who, account in accounts(topology).items():
        spent = before[who].redemptions if who in before else {}
        for key, item in spent.items():
            if item.state == "committed" and key in account.redemptions:
                assert account.redemptions[key].state == "committed"
    notices = [record.value for record in topology.written("notices")]
    assert all(value in notices for value in told_before)
    assert verified(topology).findings == ()


@pytest.mark.parametrize("name", PROGRAMS)
@some_lives
def test_who_reads_of_rewards_knows_what_is_open(name: str, seed: int) -> None:
    """No id means two things, nothing goes that is not open, and what is open is what is held."""
    maker = Lives(program_of(name)[0], seed, members=1)
    maker.enrol("m0")
    for _ in range(14):
        maker.now += DAY
        maker.purchase()
    end = maker.now
    late = [one._replace(arrival=end + place) for place, one in enumerate(maker.sent[::-1])]
    for _, order, _ in maker.orders[::2]:
        maker.now += 60_000_000
        maker.say("commerce.purchase.cancelled.v1", "m0", {"order_id": order})
    cancelled = maker.sent[len(late) :]
    topology = told(name, [*late, *cancelled], until=maker.now + 60 * DAY)
    told_of: dict[str, tuple[str, str, int, int | None]] = {}
    left: Counter[str] = Counter()
    for record in records(topology):
        for change in record.eligibility:
            one, gained = change.eligibility_id, change.change == "gained"
            what = (record.account or "", change.reward_id, change.valid_from, change.valid_until)
            assert told_of.setdefault(one, what) == what
            left[one] += change.quantity if gained else -change.quantity
            assert left[one] >= 0
    held: Counter[tuple[str, str, int, int | None]] = Counter()
    for who, account in accounts(topology).items():
        for grant in account.grants.values():
            held[who, grant.reward_id, grant.valid_from, grant.valid_until] += grant.quantity
    known: Counter[tuple[str, str, int, int | None]] = Counter()
    for one, quantity in left.items():
        known[told_of[one]] += quantity
    assert +known == held


@pytest.mark.parametrize("name", PROGRAMS)
@some_lives
def test_whatever_changes_an_account_has_a_number_and_a_balance(name: str, seed: int) -> None:
    """But for what an account keeps in order to know inputs again, and when to look at itself."""
    for record in records(told(name, lives(name, seed))):
        changed = {change.collection for change in record.changes}
        changed -= {"identities", "keys", "timers", "clock"}
        said = record.entries or record.eligibility or record.notices
        assert (record.member_sequence is not None) == bool(changed or said)
        assert (record.balance is not UNSET) == (record.member_sequence is not None)
