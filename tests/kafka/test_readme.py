"""The README's commands run, and print what it says. What it shows of files and topics is so."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from schemas.topics import TOPICS

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
PATIENCE_SECONDS = 60.0
SETTING_UP = ("make ", "sleep ")
"""Commands that a test run has done already, or does by waiting."""


class Shown(NamedTuple):
    """A command, and what the README says that it prints."""

    command: str
    prints: str


def shown() -> list[Shown]:
    """Every command of the README's console blocks, in order."""
    found: list[Shown] = []
    for block in re.findall(r"```console\n(.*?)```", README, re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, prints = part.partition("\n")
            found.append(Shown(command, prints))
    return found


class Shell:
    """Runs commands as a reader of the README would, in a deployment of its own."""

    def __init__(self, broker: str, prefix: str, home: Path) -> None:
        self.home = home
        self.prefix = prefix
        self.background: list[subprocess.Popen[bytes]] = []
        (home / "docs").symlink_to(ROOT / "docs")
        shim = home / "bin" / "loyalty"
        shim.parent.mkdir()
        shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m processors.runtime.cli "$@"\n')
        shim.chmod(0o755)
        self.environment = os.environ | {
            "PATH": f"{shim.parent}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "LOYALTY_BROKER": broker,
            "LOYALTY_INPUT_PREFIX": prefix,
            "LOYALTY_OUTPUT_PREFIX": prefix,
            "LOYALTY_WEB_PORT": "0",
        }

    def start(self, command: str) -> None:
        """Start a command that the README sends to the background."""
        words = ["bash", "-c", f"exec env {command.removesuffix('&')}"]
        process = subprocess.Popen(words, cwd=self.home, env=self.environment)  # noqa: S603
        self.background.append(process)

    def run(self, command: str) -> str:
        """What a command prints, without our prefix."""
        done = subprocess.run(  # noqa: S603 - the README's own commands
            ["bash", "-c", command],  # noqa: S607
            cwd=self.home,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        return done.stdout.replace(self.prefix, "")

    def stop(self) -> None:
        """End what runs in the background."""
        for process in self.background:
            process.terminate()
            process.wait(PATIENCE_SECONDS)


def plain(text: str) -> str:
    """What must be equal: ledger offsets depend on how many commits there were."""
    lines = [line.rstrip() for line in text.strip().splitlines()]
    return re.sub(r"offset \d+", "offset …", "\n".join(lines))


@pytest.fixture
def shell(kafka: str, prefix: str, tmp_path: Path) -> Iterator[Shell]:
    """A shell with nothing in it."""
    made = Shell(kafka, prefix, tmp_path)
    try:
        yield made
    finally:
        made.stop()


def test_the_commands_print_what_is_shown(shell: Shell) -> None:
    """From the first line to the last; a worker may take its time."""
    for command, prints in shown():
        if command.startswith(SETTING_UP):
            continue
        if command.endswith("&"):
            shell.start(command)
            continue
        came = shell.run(command)
        until = time.monotonic() + PATIENCE_SECONDS
        while prints and plain(came) != plain(prints) and time.monotonic() < until:
            time.sleep(1)
            came = shell.run(command)
        if prints:
            assert plain(came) == plain(prints), command


def test_the_consumer_is_the_one_that_is_tested() -> None:
    """The README shows the file as it is."""
    (block,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert block == (ROOT / "docs" / "reference_consumer.py").read_text()


def test_every_topic_is_in_the_table() -> None:
    """With its cleanup, once."""
    for topic in TOPICS:
        (row,) = re.findall(rf"^\| `{re.escape(topic.name)}` \|.*$", README, re.MULTILINE)
        assert topic.cleanup in row


def test_files_that_are_named_exist() -> None:
    """Links and test files alike."""
    for path in re.findall(r"\]\(([^)#:]+)\)", README) + re.findall(r"`(tests/[\w/.]+)`", README):
        assert (ROOT / path).exists(), path
