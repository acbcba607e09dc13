"""The simulator as a process of its own, where the order of sets is always the same."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def simulator(*options: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run `python -m tests.simulator` to its end."""
    return subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "tests.simulator", *options],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
