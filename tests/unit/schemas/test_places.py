"""Where bad input is wrong is said by names of the contract; names that a sender chose are not."""

from __future__ import annotations

import copy
from typing import Any

import orjson
import pytest

from schemas.intake import read
from schemas.unreadable import Unreadable
from tests.fuzz.target import STRUCTURED, golden
from tests.fuzz.test_wire import places

MARK = "M4RK"
MARKED: list[object] = [
    MARK,
    [MARK],
    {MARK: MARK},
    {MARK: 1.5},
    {MARK: {MARK: MARK}},
    [{MARK: MARK}],
    MARK * 300,
    f"2026-{MARK}",
    f"email:{MARK}@example.org",
]


@pytest.mark.parametrize("name", sorted(golden()))
def test_no_reason_repeats_what_came(name: str) -> None:
    """Marks in every place of every input: what is said of it holds none."""
    event = golden()[name]
    said = [
        (place, mark, said_of(event, place, mark))
        for place in places(event)
        for mark in MARKED
        if place
    ]
    assert any(text for _, _, text in said)
    assert [found for found in said if MARK in found[2]] == []


def said_of(event: dict[str, object], place: tuple[str | int, ...], mark: object) -> str:
    """What is said of an event with a mark in a place; nothing where it can be read."""
    marked = copy.deepcopy(event)
    inner: Any = marked
    for part in place[:-1]:
        inner = inner[part]
    inner[place[-1]] = mark
    try:
        read(orjson.dumps(marked), STRUCTURED)
    except Unreadable as bad:
        return f"{bad.stage} {bad.path} {bad.detail}"
    return ""


def test_an_attribute_that_is_wrong_is_told_without_its_name() -> None:
    """Its name may be a person's."""
    event = golden()["loyalty.member.enrolled.v1"]
    data = {"attributes": {MARK: 1.5}}
    with pytest.raises(Unreadable) as bad:
        read(orjson.dumps(event | {"data": data}), STRUCTURED)
    assert bad.value.path == "data.attributes.*"
