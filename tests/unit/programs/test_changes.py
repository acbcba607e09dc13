"""What changed between two versions, in words."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from processors.programs.changes import changes
from processors.programs.load import find, read, shelves
from processors.runtime.cli import run
from processors.runtime.faults import Exit

if TYPE_CHECKING:
    from pathlib import Path

PROGRAMS = sorted(
    {file.parent.name for shelf in shelves() for file in shelf.glob("*/program.yaml")}
)


def told(program: str, before: str, after: str) -> list[str]:
    """Every change, as it is printed."""
    versions = read(find(program)).versions
    return [f"{one.about} {one.text}" for one in changes(versions[before], versions[after])]


def test_a_new_threshold_and_a_new_rate_are_said() -> None:
    """What it is about, what it is now, and what it was."""
    found = told("nordy-club", "v2018", "v2023")
    assert "conversion note, threshold is 1000, was 2000" in found
    assert "conversion note, reward is note_10, was note_20" in found
    assert "ladder status, tier insider is gone" in found
    assert any(line.startswith("reward note_10 is new") for line in found)


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_version_means_the_same_as_itself_and_others_do_not(program: str) -> None:
    """Nothing is said of nothing; versions of one program differ in something."""
    versions = list(read(find(program)).versions.values())
    assert all(changes(version, version) == [] for version in versions)
    assert all(changes(one, other) for one, other in pairwise(versions))


def test_files_are_compared_version_by_version(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What holds for the whole program, changed versions, new ones; 500 still means 500.00."""
    text = find("starter").read_text("utf-8").replace('"500.00"', '"500"')
    file = tmp_path / "program.yaml"
    file.write_text(text, "utf-8")
    assert run(["program", "diff", "starter", str(file)]) == Exit.DONE
    text = text.replace("America/New_York", "America/Chicago").replace('cost: "900"', 'cost: "950"')
    file.write_text(
        text + "  v2: {extends: v1, effective_from: 2027-01-01, reviews: null}\n", "utf-8"
    )
    capsys.readouterr()
    assert run(["program", "diff", "starter", str(file)]) == Exit.FAILED
    assert capsys.readouterr().out.splitlines() == [
        "time zone is America/Chicago, was America/New_York",
        "version v1: reward ten_off, price is 950, was 900",
        "version v2 is new: from 2027-01-01",
        "version v2: reviews is gone",
    ]


def test_the_command_takes_versions_and_says_whether_they_differ(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Exit code 1 for a difference, 0 for none, 2 for a version that is not there."""
    assert run(["program", "diff", "hm-uk@v2015", "hm-uk@v2025"]) == Exit.FAILED
    assert "threshold is 150, was 100" in capsys.readouterr().out
    assert run(["program", "diff", "hm-uk@v2025", "hm-uk"]) == Exit.DONE
    assert "The two mean the same." in capsys.readouterr().out
    assert run(["program", "diff", "hm-uk@v1999", "hm-uk"]) == Exit.USAGE
    assert "Known are v2015, v2025" in capsys.readouterr().err
