"""The same inputs give the same bytes in another process, hash seed, time zone and locale."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from schemas.values import digest
from tests.driver.book import book
from tests.driver.traffic import Traffic

ROOT = Path(__file__).parents[2]


def fingerprint() -> str:
    """Hash of all that the book wrote, topic by topic."""
    topology = book(Traffic(7).make(200))
    found = []
    for role in topology.roles:
        for one in topology.written(role):
            found += [str(one.partition).encode(), one.key or b"-", one.value or b"-"]
    return digest(b"\0".join(found))


def elsewhere(seed: str, zone: str) -> str:
    """The same in a process of its own."""
    code = "from tests.properties.test_determinism import fingerprint; print(fingerprint())"
    world = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": "C"}
    command = [sys.executable, "-c", code]
    done = subprocess.run(  # noqa: S603 - our own code
        command, cwd=ROOT, env=world, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_neither_hash_seed_nor_time_zone_changes_a_byte() -> None:
    """Ledger, outputs, transfers, dead letters and snapshots alike."""
    here = fingerprint()
    assert elsewhere("1", "Asia/Tokyo") == here
    assert elsewhere("4242", "America/St_Johns") == here
