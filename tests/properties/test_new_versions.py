"""A program goes on in a new version: when it is deployed does not matter, if it is in time."""

from __future__ import annotations

from itertools import cycle

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from processors.engine import engine_of
from processors.partition.planning import overtaken, plan
from processors.topology import Topology
from tests.driver.book import accounts, put, records
from tests.driver.checking import verified
from tests.driver.library import PROGRAMS, deploy, program_of, without_newest
from tests.driver.lives import Lives
from tests.driver.traffic import DAY

EVENTS, AFTER = 110, 500 * DAY
GROWN = [name for name in PROGRAMS if len(program_of(name)[0].versions) > 1]
DEPLOYED = st.lists(st.integers(1, 110), min_size=1, max_size=5, unique=True)
"""How many days before the newest version begins; in turns it comes, and is taken back."""


@pytest.mark.parametrize("name", GROWN)
@settings(max_examples=4)
@given(seed=st.integers(0, 1_000_000), days=DEPLOYED)
@example(seed=0, days=[1, 2])
def test_a_version_deployed_in_time_decides_as_if_it_had_always_been_there(
    name: str, seed: int, days: list[int]
) -> None:
    """Also for members who do nothing between the deployment and its first day."""
    model, program = program_of(name)
    former = without_newest(model)
    sent = Lives(model, seed).make(EVENTS)
    always, grown = (Topology(engine_of(one, 3), 3) for one in (program, former))
    begun = 0
    for place, before in enumerate(sorted(days, reverse=True)):
        deployed = program.versions[-1].effective_from - before * DAY
        for topology in (always, grown):
            put(topology, [one for one in sent if begun <= one.time < deployed])
            topology.advance(deployed)
        deploy(grown, former if place % 2 else program)
        begun = deployed
    deploy(grown, program)
    for topology in (always, grown):
        put(topology, [one for one in sent if one.time >= begun])
        topology.advance(sent[-1].time + AFTER)
    assert accounts(grown) == accounts(always)
    assert verified(grown).findings == ()


def test_accounts_whose_calendar_does_not_change_get_no_record() -> None:
    """The same program again asks nobody; another one writes a record where it sets a timer."""
    model, program = program_of("dropbox-referral")
    former = without_newest(model)
    topology = Topology(engine_of(former, 3), 3)
    first = program.versions[-1].effective_from
    sent = Lives(model, 5).make(EVENTS)
    put(topology, [one for one in sent if one.time < first])
    topology.pump()
    written = len(records(topology))
    deploy(topology, former)
    assert len(records(topology)) == written
    deploy(topology, program)
    members = [account for account in accounts(topology).values() if account.time]
    assert len(records(topology)) == written + len(members) > written
    deploy(topology, program)
    assert len(records(topology)) == written + len(members)
    put(topology, [one for one in sent if one.time >= first])
    topology.pump()
    assert not any(list(plan(topology.recovered(number))) for number in range(3))


def test_who_dies_while_all_are_asked_leaves_the_rest_to_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A worker asks one by one and dies at every other: all timers are set in the end."""
    monkeypatch.setattr("processors.partition.planning.AT_ONCE", 1)
    model, program = program_of("dropbox-referral")
    first = program.versions[-1].effective_from
    sent = [one for one in Lives(model, 5).make(EVENTS) if one.time < first]
    whole, broken = (Topology(engine_of(without_newest(model), 1), 1) for _ in range(2))
    for topology in (whole, broken):
        put(topology, sent)
        topology.pump()
    turns = cycle([False, True])
    broken.crash = lambda _number, moment: moment == "after_commit" and next(turns)
    deploy(whole, program)
    deploy(broken, program)
    assert broken.restarts > whole.restarts + 1
    assert broken.partitions[0].store.due == whole.partitions[0].store.due


def test_a_version_that_comes_too_late_is_told() -> None:
    """By its label, with the accounts that another version has decided beyond its first day."""
    model, program = program_of("dropbox-referral")
    newest = program.versions[-1]
    topology = Topology(engine_of(without_newest(model), 1), 1)
    put(topology, Lives(model, 5).make(EVENTS))
    topology.pump()
    beyond = [one for one in accounts(topology).values() if one.time >= newest.effective_from]
    assert overtaken(topology.partitions[0]) == {}
    topology.engine = engine_of(program, 1)
    assert overtaken(topology.recovered(0)) == {newest.id: len(beyond)}
    assert beyond
    before = records(topology)
    topology.restart(0)
    assert records(topology)[: len(before)] == before
