"""Mistakes planted in the programs here: each is found, in its line and column, by its id."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from ruamel.yaml import YAML

from processors.programs.lint import PAGES
from processors.programs.load import Finding, ProgramError, check

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAMS = Path(__file__).parents[3] / "programs"
IDEAS = sorted(Path(__file__).parent.glob("*/program.yaml"))
MARK = "@@"
BASE, VARIANT = "hm.base.yaml", "hm-uk"
"""A mistake in a base is found when a variant of it is checked."""


class Mistake(NamedTuple):
    """What is written instead of what, and the finding that is expected."""

    program: str
    before: str
    after: str
    finds: str


def mistakes() -> Iterator[Mistake]:
    """Every mistake of the table."""
    table = Path(__file__).with_name("mistakes.yaml").read_text("utf-8")
    for row in YAML(typ="safe", pure=True).load(table):
        yield Mistake(row["program"], row["instead of"], row["write"], row["finds"])


def findings(folder: Path, mistake: Mistake) -> tuple[Path, list[Finding], tuple[int, int]]:
    """The file with the mistake, what is said of its program, and where the mistake is."""
    copied = folder / "programs"
    shutil.copytree(PROGRAMS, copied, ignore=shutil.ignore_patterns("*.json", "*.md"))
    for ideas in IDEAS:
        shutil.copytree(ideas.parent, copied / ideas.parent.name)
    in_base = mistake.program == BASE
    checked = copied / (VARIANT if in_base else mistake.program) / "program.yaml"
    file = copied / BASE if in_base else checked
    sound = file.read_text("utf-8")
    assert mistake.before in sound
    text = sound.replace(mistake.before, mistake.after, 1)
    before, _, _ = text.partition(MARK)
    place = before.count("\n") + 1, len(before) - before.rfind("\n")
    file.write_text(text.replace(MARK, ""), "utf-8")
    try:
        return file, check(checked), place
    except ProgramError as error:
        return file, list(error.findings), place


@pytest.mark.parametrize("mistake", list(mistakes()), ids=str)
def test_a_mistake_is_found_where_it_is(tmp_path: Path, mistake: Mistake) -> None:
    """In its own file, line and column; and every finding has a page."""
    file, found, place = findings(tmp_path, mistake)
    named = [
        (one.line, one.column)
        for one in found
        if one.id == mistake.finds and (not one.file or Path(one.file).resolve() == file)
    ]
    assert place in named
    assert {one.id for one in found} <= PAGES.keys()
