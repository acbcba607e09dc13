"""The closed sets of the contract: code that says something else is found here."""

from __future__ import annotations

import re
from pathlib import Path

import processors
from processors.runtime.cli.refusals import SAID, said
from schemas.export import schemas
from schemas.inputs import INPUTS
from schemas.outputs import OUTPUTS
from schemas.refusals import EntryKind, ExpiryReason, RefusalReason
from schemas.topics import TOPICS

CODE = [
    path.read_text("utf-8")
    for folder in ("accounts", "decisions")
    for path in (Path(processors.__file__).parent / folder).glob("*.py")
]


def found(pattern: str) -> set[str]:
    """All that a pattern finds in the decisions."""
    return {match for text in CODE for match in re.findall(pattern, text)}


def test_every_refusal_is_in_the_contract() -> None:
    """No decision refuses for a reason that consumers do not know."""
    reasons = found(r'refused\("(\w+)"\)') | found(r'draft\.refuse\("(\w+)"')
    assert reasons
    assert reasons <= set(RefusalReason)


def test_every_refusal_is_said_in_words() -> None:
    """People are told more than a name."""
    assert SAID.keys() == set(RefusalReason)
    assert said("over_refund") == SAID[RefusalReason.OVER_REFUND]
    assert said("something_new") == "something_new"


def test_every_entry_kind_is_in_the_contract() -> None:
    """No entry has a kind that consumers do not know."""
    kinds = found(r'"(points\.\w+)"')
    assert kinds <= set(EntryKind)


def test_points_expire_for_reasons_of_the_contract() -> None:
    """`expire` and entries name one of the closed set."""
    assert found(r'expire\(.*"(\w+)"\)') <= set(ExpiryReason)


def test_every_topic_has_one_writer_and_a_policy() -> None:
    """The table is whole: names once, inputs by producers, all others by the ledger."""
    names = [topic.name for topic in TOPICS]
    assert len(names) == len(set(names)) == 13
    assert {topic.name for topic in TOPICS if topic.is_input} == {
        row.topic for row in INPUTS.values()
    }


def test_nobody_stamps_an_input_with_a_time_to_come() -> None:
    """Brokers refuse it; the worker's own clock may tell partitions what it likes."""
    setting = "message.timestamp.after.max.ms"
    stamped = {topic.name for topic in TOPICS if setting in topic.settings(replicas=1)}
    assert stamped == {topic.name for topic in TOPICS if topic.is_input}


def test_producers_schemas_are_closed_and_consumers_open() -> None:
    """A typo fails where it is made; a new field disturbs nobody."""
    kinds: dict[tuple[str, str], dict[str, object]] = {
        (name, side): schema for name, side, schema in schemas()
    }
    assert {name for name, _ in kinds} == INPUTS.keys() | OUTPUTS.keys()
    for (_, side), schema in kinds.items():
        closed = schema.get("additionalProperties") is False
        assert closed == (side == "producer")
