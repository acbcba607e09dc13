"""The language of program files grows; what a file says, and what it leaves out, means the same."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import pytest
from pydantic import ValidationError

from processors.programs import model
from processors.programs.lint import PAGES
from processors.programs.model import ProgramFile
from processors.programs.model.words import Model

if TYPE_CHECKING:
    from collections.abc import Iterator

GOLDEN = Path(__file__).parents[2] / "golden" / "language.json"
"""The language's schema as it was, without its texts; what is added to it may be added there."""
GROWING = {"$defs", "properties"}
"""New maps and new keys are no change for who does not use them."""
UNUSABLE = {
    "accounting",
    "expression",
    "figure-places",
    "language",
    "name-unknown",
    "promotion-effect",
    "reminder-form",
    "reward-form",
    "tier-gap",
    "tier-order",
    "tier-overlap",
    "version-overlap",
    "window-missing",
    "yaml",
}


def schema(said: object = None) -> object:
    """The language's schema today, or a part of it, without titles and descriptions."""
    said = ProgramFile.model_json_schema() if said is None else said
    if isinstance(said, dict):
        texts = {key for key, value in said.items() if isinstance(value, str)}
        return {
            key: value if key == "default" else schema(value)
            for key, value in said.items()
            if key not in {"title", "description"} & texts
        }
    return [schema(one) for one in said] if isinstance(said, list) else said


def changed(was: object, now: object, place: tuple[str, ...] = ()) -> Iterator[str]:
    """Where something other is said than before: not where something is added."""
    if isinstance(was, dict) and isinstance(now, dict):
        new = set() if place and place[-1] in GROWING else now.keys() - was.keys()
        for key in sorted(was.keys() | new):
            yield from changed(was.get(key), now.get(key), (*place, key))
    elif isinstance(was, list) and isinstance(now, list) and place[-1] == "enum":
        yield from () if set(was) <= set(now) else [".".join(place)]
    elif was != now:
        yield ".".join(place)


def test_what_could_be_said_means_the_same_as_ever() -> None:
    """No bound and no default moves under the programs that there are."""
    assert (
        list(changed(orjson.loads(GOLDEN.read_bytes()), orjson.loads(orjson.dumps(schema())))) == []
    )


def test_a_moved_default_and_a_new_duty_are_changes_and_new_keys_are_none() -> None:
    """Or the test above would see nothing, or too much."""
    was = {"properties": {"days": {"default": 30, "enum": [30, 60]}}}
    more: dict[str, object] = {"hours": {"default": 0}}
    assert list(changed(was, {"properties": was["properties"] | more})) == []
    assert list(changed(was, {"properties": {"days": {"default": 31, "enum": [30, 60, 90]}}})) == [
        "properties.days.default"
    ]
    assert list(changed(was, {"properties": {"days": {"default": 30, "enum": [60]}}})) == [
        "properties.days.enum"
    ]
    assert list(changed(was, was | {"required": ["days"]})) == ["required"]


def test_with_these_findings_a_program_cannot_be_used() -> None:
    """All others are warnings, which a program may accept."""
    assert {name for name, page in PAGES.items() if page.error} == UNUSABLE


def lists() -> list[tuple[type[Model], str]]:
    """Every key of the language that takes several values."""
    kinds = [kind for kind in vars(model).values() if isinstance(kind, type(Model))]
    return [
        (kind, name)
        for kind in kinds
        for name, field in kind.model_fields.items()
        if "tuple[" in str(field.annotation)
    ]


@pytest.mark.parametrize(("kind", "name"), lists(), ids=str)
def test_a_list_is_written_as_a_list(kind: type[Model], name: str) -> None:
    """Files have lists, the model has tuples; there is nothing to be said about that."""
    assert "tuple_type" not in wrong(kind, {name: []})


def wrong(kind: type[Model], said: dict[str, object]) -> set[str]:
    """What is wrong in a map, by pydantic's names."""
    try:
        kind.model_validate(said)
    except ValidationError as bad:
        return {one["type"] for one in bad.errors()}
    return set()
