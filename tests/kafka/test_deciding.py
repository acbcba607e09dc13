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
from tests.kafka.workers import Deployment, deployed, eventually, every_input_once, purchases
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


@pytest.fixture
def dearer(tmp_path: Path) -> str:
    """The starter program, by which a referral is worth more."""
    other = tmp_path / "program.yaml"
    text = find("starter").read_text("utf-8")
    assert 'points: "300"' in text
    other.write_text(text.replace('points: "300"', 'points: "310"'), "utf-8")
    return str(other)


def begin(book: Deployment, *words: str, **more: str) -> subprocess.Popen[bytes]:
    """One of the ledger's commands, running."""
    command = [sys.executable, "-m", "processors.runtime.cli", "ledger", *words, "--json"]
    return subprocess.Popen(command, env=book.environment(**more), stdout=subprocess.PIPE)  # noqa: S603 - our own


def end(process: subprocess.Popen[bytes]) -> tuple[int, dict[str, Any]]:
    """Its exit code, and its report."""
    said, _ = process.communicate(timeout=120)
    return process.returncode, json.loads(said or b"{}")


@fault("F42", checks="D2")
def test_the_same_ledger_comes_of_the_inputs(book: Deployment) -> None:
    """Byte for byte, late inputs and transfers included."""
    code, report = end(begin(book, "decide"))
    records = len(book.decided())
    assert report == {"records": records, "gone": 0, "different": 0, "differences": []}
    assert code == Exit.DONE


def test_another_program_decides_otherwise(book: Deployment, dearer: str) -> None:
    """Each record that differs is named by its place, and by what is other in it."""
    code, report = end(begin(book, "decide", LOYALTY_PROGRAM=dearer))
    assert code == Exit.DIFFERENT
    assert report["different"] > EVENTS // 2
    assert any("program_version" in one["fields"] for one in report["differences"])


@fault("F70", checks="D2 O1 O4 V3")
def test_who_decides_again_beside_live_traffic_disturbs_nobody(
    kafka: str, prefix: str, tmp_path: Path, dearer: str
) -> None:
    """Several at once, one by other rules, one killed half-way: nothing of it is in any topic."""
    with deployed(kafka, prefix, tmp_path) as book:
        inputs = purchases(book.settings, 1_500)
        book.start(LOYALTY_RUN_RECORDS="20")
        book.send(inputs[:1_000])
        eventually(lambda: len(book.sources()) > 100)
        killed, whole = begin(book, "decide"), begin(book, "decide")
        other = begin(book, "decide", LOYALTY_PROGRAM=dearer)
        book.send(inputs[1_000:])
        killed.kill()
        killed.communicate()
        assert end(whole)[0] == Exit.DONE
        assert end(other)[0] == Exit.DIFFERENT
        book.wait_for(1_500)
        every_input_once(book, 1_500)
        for command in ("verify", "decide"):
            assert end(begin(book, command))[0] == Exit.DONE


def test_what_is_not_kept_is_believed(book: Deployment) -> None:
    """Retention took the first orders; all that came after them is decided as it was."""
    topic = book.settings.names.of("purchases")
    for number in range(book.settings.partitions):
        asyncio.run(expire(book.settings, "purchases", number, 10))
    lost = sum(name == topic and offset < 10 for name, _, offset in book.sources())
    code, report = end(begin(book, "decide"))
    assert (code, report["gone"], report["different"]) == (Exit.DONE, lost, 0)
    assert lost > 0
