"""A copy of the code and its tests, to be spoilt."""

from __future__ import annotations

import shutil
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("docs", "processors", "programs", "projections", "schemas", "tests")
FILES = ("pyproject.toml", "README.md", "Makefile", "LICENSE", "docker-compose.yml")


def copied(to: Path) -> Path:
    """The code and its tests, without what was compiled from them."""
    leave = shutil.ignore_patterns("__pycache__")
    for room in ROOMS:
        shutil.copytree(ROOT / room, to / room, ignore=leave)
    for file in FILES:
        shutil.copy(ROOT / file, to / file)
    return to
