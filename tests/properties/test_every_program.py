"""What must hold under every program of this repository, whatever its members do."""

from __future__ import annotations

import random
from functools import cache
from typing import TYPE_CHECKING

import pytest

from processors.engine import engine_of
from processors.programs.compiler import compile_program
from processors.programs.load import read, shelves
from processors.topology import Topology
from tests.driver.book import accounts, put, records, refolded, sums
from tests.driver.checking import verified
from tests.driver.lives import Lives
from tests.driver.traffic import DAY
from tests.properties.test_book import essence

if TYPE_CHECKING:
    from pathlib import Path

    from processors.programs.compiled import Program
    from processors.programs.model import ProgramFile
    from tests.driver.traffic import Sent

FILES = {file.parent.name: file for shelf in shelves() for file in shelf.glob("*/program.yaml")}
PROGRAMS = sorted(FILES)
EVENTS = 110
AFTER = 500 * DAY


@cache
def program_of(name: str) -> tuple[ProgramFile, Program]:
    """A program's file and what it compiles to."""
    file: Path = FILES[name]
    model = read(file)
    return model, compile_program(model)


def lives(name: str, *, spend: bool = True, others: bool = True, count: int = EVENTS) -> list[Sent]:
    """Random lives under a program; the seed is the program's own."""
    return Lives(program_of(name)[0], len(name)).make(count, spend=spend, others=others)


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
def test_points_neither_appear_nor_vanish(name: str) -> None:
    """Buckets sum to zero unit by unit, nothing stays in transit, lots agree with totals."""
    topology = told(name, lives(name))
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
def test_everything_can_be_verified_from_the_topics_alone(name: str) -> None:
    """The ledger alone gives every account, and every output is what the ledger says."""
    topology = told(name, lives(name), run_size=9)
    assert refolded(topology) == accounts(topology)
    assert verified(topology).findings == ()


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_second_delivery_changes_nothing(name: str) -> None:
    """Every event of the last days again, at a new offset."""
    sent = lives(name)
    topology = told(name, sent, until=0)
    before = essence(topology)
    recent = [one for one in sent if one.time > sent[-1].time - 25 * DAY]
    put(topology, [one._replace(arrival=sent[-1].arrival) for one in recent])
    topology.pump()
    assert essence(topology) == before


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_restart_anywhere_changes_nothing(name: str) -> None:
    """Snapshots and the ledger's tail give the state that was lost."""
    sent = lives(name)
    whole, broken = (Topology(engine_of(program_of(name)[1], 3), 3, 7) for _ in range(2))
    for place in range(0, len(sent), 10):
        for topology in (whole, broken):
            put(topology, sent[place : place + 10])
            topology.pump()
        broken.restart(place // 10 % 3)
    for topology in (whole, broken):
        topology.advance(sent[-1].time + AFTER)
    assert accounts(broken) == accounts(whole)


@pytest.mark.parametrize("name", PROGRAMS)
def test_members_do_not_depend_on_each_other(name: str) -> None:
    """Each member alone has the account that he has among the others."""
    sent = lives(name, others=False)
    end = sent[-1].time + AFTER
    together = essence(told(name, sent, until=end))
    for who in together:
        alone = [one for one in sent if one.key == who]
        assert essence(told(name, alone, until=end))[who] == together[who]


@pytest.mark.parametrize("name", PROGRAMS)
def test_any_order_of_arrival_within_the_horizon_is_as_in_time(name: str) -> None:
    """Histories without redemptions: backwards and shuffled, the account is the same."""
    sent = [one for one in lives(name, spend=False, others=False) if one.key == "m0"]
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
def test_what_fired_is_in_the_file(name: str) -> None:
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
    for record in records(told(name, lives(name))):
        for entry in record.entries:
            rule = entry.rule.rpartition("/")[2]
            assert entry.rule.startswith(own) or f'"{rule}"' in text, entry
