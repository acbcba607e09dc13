"""Each planted line, of the core, around it and of the checker, is seen by its tests."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.planted.around import AROUND
from tests.planted.checking import CHECKING
from tests.planted.core import CORE, Defect
from tests.planted.corners import CORNERS
from tests.planted.recovering import RECOVERING
from tests.planted.sharing import SHARING
from tests.planted.tree import copied

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

LINES = (*CORE, *CORNERS, *SHARING, *AROUND, *RECOVERING, *CHECKING)
FAILED = 1
"""What pytest exits with when tests failed, and nothing else went wrong."""


def plant(defect: Defect, tree: Path) -> None:
    """Change the one line. Raises AssertionError when the source says it no more, or twice."""
    file = tree / defect.file
    text = file.read_text("utf-8")
    assert text.count(defect.was) == 1, f"{defect.file} does not say just once: {defect.was}"
    file.write_text(text.replace(defect.was, defect.now), "utf-8")


def judged(tree: Path, judges: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """The judges' verdict on a tree: pytest's exit code, and what it printed."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
    return subprocess.run(  # noqa: S603 - our own command
        [*command, *judges],
        cwd=tree,
        env=os.environ | {"CI": "1", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )


@pytest.mark.parametrize("defect", LINES, ids=lambda defect: defect.name)
def test_a_planted_defect_is_seen(defect: Defect, tmp_path: Path) -> None:
    """At least one of its judges fails."""
    tree = copied(tmp_path / "tree")
    plant(defect, tree)
    ran = judged(tree, defect.judges.split())
    assert ran.returncode == FAILED, f"{defect.name} survives:\n{ran.stdout[-2_000:]}"


def test_without_a_defect_every_judge_passes(tmp_path: Path) -> None:
    """What fails in a spoilt copy fails because it is spoilt."""
    ran = judged(
        copied(tmp_path / "tree"), sorted({one for row in LINES for one in row.judges.split()})
    )
    assert ran.returncode == 0, ran.stdout[-2_000:]
