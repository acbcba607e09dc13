"""Checks that compare figures: nothing is said at the bound, and something one beyond it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest
from ruamel.yaml import YAML

from tests.unit.programs.test_lint import found

FIGURE = "@@"
HEAD = "program: corner-shop\ntime_zone: Europe/Paris\nversions:\n"
USUAL = {
    "units": "{points: {}}",
    "earning": "{base: {unit: points}}",
    "rewards": '{mug: {unit: points, cost: "5"}}',
}
"""What a version says of these unless a row does."""


class Bound(NamedTuple):
    """A program with a gap, and what is right and what is wrong in it."""

    finds: str
    sound: str
    wrong: str
    version: str
    then: str = ""
    says: str = ""

    def with_figure(self, figure: str) -> str:
        """The program with a figure in its gap."""
        text = HEAD + said("v1", "2020-01-01", self.version)
        if self.then:
            text += said("v2", "2025-01-01", self.then)
        return text.replace(FIGURE, figure)


def said(name: str, day: str, sections: str) -> str:
    """A version from a day on."""
    usual = [f"{key}: {value}" for key, value in USUAL.items() if f"{key}:" not in sections]
    lines = [f"effective_from: {day}", *usual, *sections.splitlines()]
    return f"  {name}:\n" + "".join(f"    {line}\n" for line in lines)


def bounds() -> list[Bound]:
    """The rows of the table."""
    table = Path(__file__).with_name("bounds.yaml").read_text("utf-8")
    return [
        Bound(**{key: str(value) for key, value in row.items()})
        for row in YAML(typ="safe", pure=True).load(table)
    ]


@pytest.mark.parametrize("bound", bounds(), ids=lambda one: f"{one.finds}: {one.wrong}")
def test_a_check_begins_just_beyond_its_bound(tmp_path: Path, bound: Bound) -> None:
    """What is sound has no such finding; the next figure has it, in words that may be given."""
    sound = found(tmp_path, bound.with_figure(bound.sound))
    assert [one for one in sound if one.id in {bound.finds, "yaml", "language"}] == []
    wrong = found(tmp_path, bound.with_figure(bound.wrong))
    assert [one for one in wrong if one.id == bound.finds and bound.says in one.problem], wrong
