"""A member who is erased: nothing personal stays, every total does, and the ledger still verifies.

What is personal is planted with a mark, and searched for in all that a reader may still find.
"""

from __future__ import annotations

import pytest

from processors.accounts.resting import plain
from processors.engine import engine_of
from processors.programs.load import load
from processors.topology import Topology
from projections import explanation, statement
from tests.driver.book import accounts, put, records, sums
from tests.driver.checking import verified
from tests.driver.erasing import (
    ALIAS,
    CHECKPOINTS,
    ERASED,
    LIFE,
    MARK,
    PARTITIONS,
    PURCHASE,
    T0,
    bought,
    held_of,
    latest,
    lived,
    memory,
    said,
)
from tests.driver.losing import lose_snapshots
from tests.driver.traffic import DAY
from tests.story.poison import POISON


def test_no_mark_is_left_where_readers_look() -> None:
    """Not in the snapshots, checkpoints included, nor in balances, nor in any notice after."""
    topology = lived()
    said_before = len(topology.written("notices"))
    topology.advance(T0 + 500 * DAY)
    assert latest(topology, "balances")[b"ann"] is None
    for key, value in latest(topology, "snapshots").items():
        if key is not None and b"ann" in key:
            assert value is None or MARK not in plain(value)
    assert len(topology.written("notices")) == said_before


@pytest.mark.parametrize("behind", [0, 60])
def test_no_mark_is_left_of_a_long_life(behind: int) -> None:
    """Neither in checkpoints nor in memory, also where recovery has just made checkpoints anew.

    Somebody with an order a day for four months, one of them late; the snapshots of so many runs
    are lost.
    """
    topology = Topology(engine_of(load("starter"), 1)._replace(whole=10), 1, run_size=1)
    put(topology, [bought(f"{day}", "ann", day) for day in range(120) if day != 116])
    topology.pump()
    if behind:
        lose_snapshots(topology, behind)
    late = [] if behind else [bought("116", "ann", 116)._replace(arrival=T0 + 120 * DAY)]
    put(topology, late)
    topology.pump()
    assert len(topology.partitions[0].store.checkpoints) == 2
    assert MARK in b"".join(memory(topology.partitions[0]))
    put(topology, [said(ERASED, "e", "ann", 121, {}), bought("after", "ann", 122)])
    topology.pump()
    assert not any(latest(topology, "snapshots")[key] for key in CHECKPOINTS)
    topology.partitions[0].begin()
    assert MARK not in b"".join(memory(topology.partitions[0]))
    topology.restart(0)
    topology.partitions[0].begin()
    assert MARK not in b"".join(memory(topology.partitions[0]))


def test_totals_are_what_they_were() -> None:
    """What was reserved is given back, and nothing else moves; points end on their dates."""
    topology = lived()
    account = accounts(topology)["ann"]
    assert (account.totals["points"].available, account.totals["points"].reserved) == (920, 0)
    assert sum(sums(topology).values()) == 0
    topology.advance(T0 + 500 * DAY)
    assert accounts(topology)["ann"].totals["points"].expired == 920
    assert verified(topology).findings == ()


def test_what_was_open_is_withdrawn_and_what_waited_is_given_up() -> None:
    """Nobody downstream keeps a reward of somebody who is gone, and no input waits for ever."""
    record = next(one for one in records(lived()) if one.cause and one.cause.type == ERASED)
    assert {(one.change, one.reason) for one in record.eligibility} == {("withdrawn", "erased")}
    assert [one.reason for one in record.refusals] == ["member_erased"]
    assert len(record.settles) == 1


@pytest.mark.parametrize("day", [2, 30])
def test_every_later_event_is_refused_however_old(day: int) -> None:
    """An order of before the erasure that comes after it brings nobody back."""
    late = bought("late", "ann", day)._replace(arrival=T0 + 30 * DAY)
    topology = lived(late)
    assert accounts(topology)["ann"].profile.erased
    last = [one for one in records(topology) if one.account == "ann"][-1]
    assert (last.outcome, last.refusals[0].reason) == ("refused", "member_erased")
    assert verified(topology).findings == ()


def test_an_erasure_is_never_too_late() -> None:
    """It takes effect when it comes, whatever its own time says."""
    topology = Topology(engine_of(load("starter"), PARTITIONS), PARTITIONS)
    old = said(ERASED, "e", "ann", -90, {})._replace(arrival=T0 + 22 * DAY)
    put(topology, [*LIFE, old])
    topology.pump()
    assert accounts(topology)["ann"].profile.erased
    assert verified(topology).findings == ()


def test_a_reward_for_a_friend_of_before_finds_nobody() -> None:
    """The friend has his own, and the erased member stays as he is."""
    topology = lived(bought("friend", "bob", 22))
    topology.advance(T0 + 60 * DAY)
    assert accounts(topology)["bob"].totals["points"].earned == 1_100
    assert accounts(topology)["ann"].totals["points"].earned == 920
    assert MARK not in plain(topology.partitions[0].store.resting.get("ann", b"{}"))
    assert verified(topology).findings == ()


def test_a_gift_to_who_is_gone_goes_back() -> None:
    """Points never stay in transit."""
    thanks: dict[str, object] = {"recognition_id": "tMARK", "to": "ann", "amount": "5"}
    topology = lived(
        said("loyalty.member.enrolled.v1", "1", "bob", 21, {}),
        said("engagement.recognition.given.v1", "2", "bob", 22, thanks),
        program="assembly-recognition",
        life=[said("loyalty.member.enrolled.v1", "0", "ann", 0, {})],
    )
    assert sums(topology).get(("giving", "in_transit"), 0) == 0
    assert "earned" not in accounts(topology)["ann"].totals
    assert verified(topology).findings == ()


def test_who_takes_over_an_erased_member_takes_over_nothing() -> None:
    """The merge is settled, and the totals stay where they are."""
    merge = said("loyalty.member.merged.v1", "m", "bob", 22, {"from_member": "ann"})
    topology = lived(merge)
    found = accounts(topology)
    assert found["ann"].profile.erased
    assert found["ann"].totals["points"].available == 920
    assert "points" not in found["bob"].totals
    assert verified(topology).findings == ()


def test_an_alias_of_who_is_gone_says_nothing_of_him_and_is_free() -> None:
    """What comes for it is refused, until somebody claims it: perhaps himself, who came back."""
    topology = lived(bought("by-alias", ALIAS, 22))
    last = [one for one in records(topology) if one.cause and one.cause.id == "by-alias"][-1]
    assert (last.outcome, last.refusals[0].reason) == ("refused", "member_erased")
    owners = {one.profile.owner for one in accounts(topology).values()}
    assert owners == {None}
    put(topology, [said("loyalty.member.enrolled.v1", "new", "eve", 23, {"aliases": [ALIAS]})])
    topology.pump()
    put(topology, [bought("hers", ALIAS, 24)])
    topology.pump()
    assert accounts(topology)["eve"].totals["points"].pending == 900
    assert verified(topology).findings == ()


@pytest.mark.parametrize("run_size", [1, 50])
@pytest.mark.parametrize("first", ["erased", "enrolled", "linked"])
def test_an_alias_that_is_granted_after_the_erasure_is_let_go(first: str, run_size: int) -> None:
    """The claim was under way, or came later still; an erasure may also come first, or twice."""
    topology = Topology(engine_of(load("starter"), PARTITIONS), PARTITIONS, run_size)
    erasure = said(ERASED, "e", "ann", 1, {})
    enrolled = said("loyalty.member.enrolled.v1", "1", "ann", 0, {"aliases": [ALIAS]})
    linked = said("loyalty.member.alias_linked.v1", "2", "ann", 0, {"alias": ALIAS})
    life = {"erased": [], "enrolled": [enrolled], "linked": [linked]}[first]
    again = said(ERASED, "e2", "ann", 2, {})
    late = said("loyalty.member.enrolled.v1", "late", "ann", 3, {"aliases": [ALIAS]})
    put(topology, [*life, erasure, again, late])
    topology.pump()
    assert {one.profile.owner for one in accounts(topology).values()} == {None}
    assert accounts(topology)["ann"].profile.aliases == ()
    assert accounts(topology)["ann"].profile.erased
    assert verified(topology).findings == ()


WAS: dict[str, object] = {
    "birthday": "04-05",
    "timezone": "Europe/Vaduz",
    "attributes": {"kMARK": "vMARK"},
    "aliases": ["phone:+12065550117"],
}


@pytest.mark.parametrize("under_way", [False, True])
@pytest.mark.parametrize("who", ["ann", "bob"])
def test_who_was_merged_is_forgotten_with_who_survived(who: str, *, under_way: bool) -> None:
    """They are one person, by whichever name he asks; also while the merge is under way."""
    run_size = 50 if under_way else 1
    topology = Topology(engine_of(load("starter"), PARTITIONS), PARTITIONS, run_size)
    put(
        topology,
        [
            said("loyalty.member.enrolled.v1", "1", "bob", 0, WAS),
            bought("2", "bob", 1),
            said("loyalty.member.merged.v1", "3", "cy", 2, {"from_member": "bob"}),
            said("loyalty.member.merged.v1", "4", "ann", 3, {"from_member": "cy"}),
        ],
    )
    if not under_way:
        topology.pump()
    put(topology, [said(ERASED, "5", who, 4, {})])
    topology.pump()
    if not (under_way and who == "bob"):
        found = accounts(topology)
        assert all(found[name].profile.erased for name in ("ann", "bob", "cy"))
    topology.advance(T0 + 40 * DAY)
    put(topology, [bought("6", "bob", 41), bought("7", "phone:+12065550117", 41)])
    topology.pump()
    last = records(topology)[-1]
    held = held_of(topology)
    assert not [mark for mark in (MARK, b"04-05", b"Vaduz") if mark in held]
    refused = [one for one in records(topology) if one.cause and one.cause.id in {"6", "7"}]
    assert {one.refusals[0].reason for one in refused if one.refusals} == {"member_erased"}
    assert last.outcome in {"refused", "forwarded"}
    assert verified(topology).findings == ()


def test_whoever_explains_or_states_the_account_says_nothing_of_before() -> None:
    """The ledger keeps what it was given; who reads it out for people begins at the erasure."""
    topology = lived(bought("late", "ann", 30, attributes={"gift": "gMARK"}))
    explained: explanation.View = {"ann": ()}
    stated: statement.View = {"ann": ()}
    for record in records(topology):
        explained, _ = explanation.fold(explained, record)
        stated, _ = statement.fold(stated, record)
    assert [facts[0].name for facts in explained["ann"]] == [ERASED, PURCHASE]
    said_of_ann = str((explained["ann"], stated["ann"]))
    assert MARK.decode() not in said_of_ann


def test_reasons_of_dead_letters_say_nothing_of_what_they_hold() -> None:
    """The original is kept as it came; what is written about it names places, never values."""
    topology = Topology(engine_of(load("starter"), 1), 1)
    for value in POISON.values():
        marked = None if value is None else value.replace(b"ana", MARK).replace(b"dreamt", MARK)
        topology.send("commerce.purchases.v1", b"k", marked)
    broken = bought("b", "ann", 0, currency="cMARKcMARK", attributes={"k": 1.5, "q": "aMARK"})
    put(topology, [broken])
    topology.pump()
    letters = topology.written("dead_letters")
    assert len(letters) == len(POISON) + 1
    for letter in letters:
        assert all(MARK not in content for _, content in letter.headers)
