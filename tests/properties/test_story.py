"""The engine against an independent model, over a long story of many members."""

from __future__ import annotations

import ast
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from processors.engine import engine_of
from processors.programs.load import load
from processors.routing import partition_of
from processors.topology import Topology
from schemas.aliases import normalise
from schemas.values import identity
from tests.model.book import Book
from tests.story.outcomes import open_rewards, refused_by, refused_of
from tests.story.story import END, Story

if TYPE_CHECKING:
    from schemas.ledger import LedgerRecord
    from tests.model.member import Member

PARTITIONS = 3
MODEL = Path(__file__).parents[1] / "model"


def told(story: Story, at_once: int = 1_000_000) -> Topology:
    """The story through the whole topology, without a broker, up to its end.

    So many records wait before any is decided: with few, transfers come between them.
    """
    topology = Topology(engine_of(load("starter"), PARTITIONS), PARTITIONS)
    for number, raw in enumerate(story.records, 1):
        topology.now = max(topology.now, raw.timestamp_ms * 1000)
        home = partition_of(normalise(raw.key), PARTITIONS)
        topology.send(
            raw.topic,
            raw.key.encode(),
            raw.value,
            raw.headers,
            timestamp=raw.timestamp_ms,
            partition=(home + 1) % PARTITIONS if raw.stray else home,
        )
        if number % at_once == 0:
            topology.pump()
    topology.pump()
    topology.advance(int(END.timestamp()) * 1_000_000)
    return topology


def ledger_of(topology: Topology) -> list[LedgerRecord]:
    """All partitions' records."""
    return [record for number in range(PARTITIONS) for record in topology.ledger(number)]


def published(topology: Topology) -> dict[str, dict[str, Any]]:
    """The last balance of each member."""
    latest: dict[str, dict[str, Any]] = {}
    for update in topology.written("balances"):
        assert update.key is not None
        assert update.value is not None
        latest[update.key.decode()] = orjson.loads(update.value)
    return latest


def figures(member: Member) -> dict[str, str]:
    """What the model says of a member, as a balance says it."""
    return {
        "available": str(member.available),
        "pending": str(member.pending),
        "reserved": str(member.reserved),
        "debt": str(member.debt),
        "lifetime_earned": str(member.earned),
        "lifetime_redeemed": str(member.redeemed),
        "lifetime_expired": str(member.expired),
    }


@pytest.mark.parametrize(("seed", "at_once"), [(1, 1_000_000), (2, 1_000_000), (3, 40)])
def test_the_engine_agrees_with_the_model(seed: int, at_once: int) -> None:
    """Every figure of every member, the tier and what it rests on, and open rewards."""
    story = Story(seed, events=2500, members=160)
    book = Book()
    book.play(story.facts, END)
    topology = told(story, at_once)
    balances = published(topology)
    wrong = []
    for name, member in sorted(book.members.items()):
        if name not in balances:
            if member.available or member.pending or member.debt or member.spend:
                wrong.append((name, "no balance"))
            continue
        points = balances[name]["balances"]["points"]
        tier = balances[name]["tiers"]["status"]
        expected = figures(member) | {"tier": member.tier, "spend": member.spend}
        spend = round(float(tier["progress"]) * 100)
        came = {key: points[key] for key in figures(member)}
        came |= {"tier": tier["tier"], "spend": spend}
        if came != expected:
            differing = {k: (expected[k], came[k]) for k in expected if expected[k] != came[k]}
            wrong.append((name, str(differing)))
    assert wrong == []
    rewards = open_rewards((r.key, r.value, r.headers) for r in topology.written("eligibility"))
    assert rewards == {n: m.eligible() for n, m in book.members.items() if m.eligible()}


def test_outcomes_are_as_told() -> None:
    """Repeats, conflicts and unreadable inputs are counted as what they are."""
    story = Story(4, events=2500, members=160)
    topology = told(story)
    outcomes: dict[str, int] = {}
    for record in ledger_of(topology):
        outcomes[record.outcome] = outcomes.get(record.outcome, 0) + 1
    dead = sum(count for key, count in story.expected.items() if key.startswith("dead:"))
    assert outcomes["dead_lettered"] == dead
    assert outcomes["duplicate"] == story.expected["duplicate"]
    assert outcomes["conflicting"] == story.expected["conflicting"]


def test_refusals_are_the_models() -> None:
    """Input by input. Transfers come soon, so that nothing is given up that still comes."""
    story = Story(12, events=2500, members=160)
    book = Book()
    book.play(story.facts, END)
    assert refused_of(ledger_of(told(story, 25))) == refused_by(book, story)


def test_a_story_is_the_same_again_and_in_order() -> None:
    """One seed, one story; no topic's time goes back; a plain one holds orders and returns."""
    story, again = (Story(5, events=1500, members=90) for _ in range(2))
    assert (story.records, story.facts) == (again.records, again.facts)
    stamps = [raw.timestamp_ms for raw in story.records]
    assert stamps == sorted(stamps)
    assert story.now < END
    plain = Story(5, events=1500, members=90, plain=True)
    assert {raw.topic for raw in plain.records} == {"commerce.purchases.v1"}


@pytest.mark.parametrize("at_once", [25, 1_000_000])
def test_what_was_parked_is_settled(at_once: int) -> None:
    """Once the story is over nothing waits, also where what it waited for came late itself."""
    ledger = ledger_of(told(Story(12, events=2500, members=160), at_once))
    parked = {
        identity(record.cause.source, record.cause.id)
        for record in ledger
        if record.cause is not None and record.outcome == "parked"
    }
    settled = Counter(name for record in ledger for name in record.settles)
    owners = {
        identity(record.cause.source, record.cause.id)
        for record in ledger
        if record.cause is not None and record.outcome == "accepted"
    }
    assert parked - settled.keys() - owners == set()
    assert max(settled.values()) == 1


def test_the_model_stands_alone() -> None:
    """Nothing but the standard library and itself: a model that asks the engine proves nothing."""
    for module in sorted(MODEL.glob("*.py")):
        for node in ast.walk(ast.parse(module.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0
                names = [node.module or ""]
            for name in names:
                alone = name.partition(".")[0] in sys.stdlib_module_names
                assert alone or name.startswith("tests.model."), f"{module.name} imports {name}"
