"""`loyalty ledger decide`: the inputs in Kafka decided again are the ledger that workers wrote."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from processors.programs.load import find
from processors.runtime.faults import Exit
from tests.demo.sending import send
from tests.faults import fault
from tests.kafka.topics import expire
from tests.kafka.workers import Deployment, deployed, eventually
from tests.story.story import Story

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EVENTS = 600


@pytest.fixture(scope="module")
def book(kafka: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """A story with late and wrong inputs, decided by two workers of which one is killed."""
    with deployed(kafka, "decided.", tmp_path_factory.mktemp("decided")) as book:
        story = Story(17, events=EVENTS, members=60)
        asyncio.run(send(book.settings, story.records, EVENTS, lambda _count: None))
        first, _ = book.start(LOYALTY_RUN_RECORDS="20"), book.start(LOYALTY_RUN_RECORDS="20")
        eventually(lambda: len(book.sources()) > EVENTS // 3)
        first.kill()
        book.wait_for(EVENTS)
        for worker in book.workers:
            worker.terminate()
            worker.wait(30)
        yield book


def decide(book: Deployment, **more: str) -> tuple[int, dict[str, Any]]:
    """The command's exit code, and its report."""
    words = [sys.executable, "-m", "processors.runtime.cli", "ledger", "decide", "--json"]
    done = subprocess.run(  # noqa: S603 - our own command
        words, env=book.environment(**more), capture_output=True, timeout=120, check=False
    )
    return done.returncode, json.loads(done.stdout or b"{}")


@fault("F42", checks="D2")
def test_the_same_ledger_comes_of_the_inputs(book: Deployment) -> None:
    """Byte for byte, late inputs and transfers included."""
    code, report = decide(book)
    records = len(book.decided())
    assert report == {"records": records, "gone": 0, "different": 0, "differences": []}
    assert code == Exit.DONE


def test_another_program_decides_otherwise(book: Deployment, tmp_path: Path) -> None:
    """Each record that differs is named by its place, and by what is other in it."""
    other = tmp_path / "program.yaml"
    text = find("starter").read_text("utf-8")
    assert 'points: "300"' in text
    other.write_text(text.replace('points: "300"', 'points: "310"'), "utf-8")
    code, report = decide(book, LOYALTY_PROGRAM=str(other))
    assert code == Exit.DIFFERENT
    assert report["different"] > EVENTS // 2
    assert any("program_version" in one["fields"] for one in report["differences"])


def test_what_is_not_kept_is_believed(book: Deployment) -> None:
    """Retention took the first orders; all that came after them is decided as it was."""
    topic = book.settings.names.of("purchases")
    for number in range(book.settings.partitions):
        asyncio.run(expire(book.settings, "purchases", number, 10))
    lost = sum(name == topic and offset < 10 for name, _, offset in book.sources())
    code, report = decide(book)
    assert (code, report["gone"], report["different"]) == (Exit.DONE, lost, 0)
    assert lost > 0
