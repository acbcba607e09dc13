"""Workers on a real broker: stopped, killed, paused, joined and left."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from tests.faults import fault
from tests.kafka.workers import deployed, eventually, every_input_once, purchases

if TYPE_CHECKING:
    from pathlib import Path

    from tests.kafka.workers import Deployment


def test_a_stopped_worker_leaves_nothing_open(kafka: str, prefix: str, tmp_path: Path) -> None:
    """SIGTERM drains: exit code 0, and a second start goes on where the first one stopped."""
    with deployed(kafka, prefix, tmp_path) as book:
        book.send(purchases(book.settings, 400))
        first = book.start()
        book.wait_for(400)
        first.send_signal(signal.SIGTERM)
        assert first.wait(30) == 0
        book.send(purchases(book.settings, 300, first=400))
        book.start()
        book.wait_for(700)
        every_input_once(book, 700)


@fault("F01", checks="O1 V3 L1")
def test_another_takes_over_from_a_killed_worker(kafka: str, prefix: str, tmp_path: Path) -> None:
    """Two workers, one is killed in mid-stream: the other decides the rest, once each."""
    with deployed(kafka, prefix, tmp_path) as book:
        book.start(LOYALTY_RUN_RECORDS="50")
        victim = book.start(LOYALTY_RUN_RECORDS="50")
        book.send(purchases(book.settings, 1500))
        eventually(lambda: len(book.sources()) >= 100)
        victim.kill()
        book.send(purchases(book.settings, 500, first=1500))
        book.wait_for(2000)
        every_input_once(book, 2000)


@fault("F02", checks="O1 V3 V4")
def test_a_worker_that_slept_does_no_harm(kafka: str, prefix: str, tmp_path: Path) -> None:
    """A paused worker is replaced; when it wakes it is fenced, and the truth stays as it is."""
    with deployed(kafka, prefix, tmp_path) as book:
        sleeper = book.start(LOYALTY_RUN_RECORDS="50")
        book.send(purchases(book.settings, 600))
        eventually(lambda: len(book.sources()) >= 100)
        sleeper.send_signal(signal.SIGSTOP)
        book.start()
        book.wait_for(600)
        sleeper.send_signal(signal.SIGCONT)
        book.send(purchases(book.settings, 400, first=600))
        book.wait_for(1000)
        every_input_once(book, 1000)


@fault("F31", checks="O1 V3")
@fault("F32", checks="O1 V3")
@fault("F35", checks="O1 V3")
@pytest.mark.parametrize("partitions", [4, 6])
def test_a_partition_is_wholly_one_workers(
    kafka: str, prefix: str, tmp_path: Path, partitions: int
) -> None:
    """One worker, then three, then one: each partition number of all topics has one owner."""
    with deployed(kafka, prefix, tmp_path, partitions) as book:
        book.start()
        book.send(purchases(book.settings, 300))
        book.wait_for(300)
        book.start()
        book.start()
        eventually(lambda: owned(book) == list(range(partitions)) and shares(book) > 1)
        book.send(purchases(book.settings, 300, first=300))
        book.wait_for(600)
        for process in book.workers[1:]:
            process.send_signal(signal.SIGTERM)
            process.wait(30)
        book.send(purchases(book.settings, 300, first=600))
        book.wait_for(900)
        every_input_once(book, 900)


def held(book: Deployment) -> list[list[int]]:
    """What each living worker was assigned last."""
    assigned: list[list[int]] = []
    for process in book.workers:
        if process.poll() is None:
            lines = [line for line in book.log(process) if line.get("event") == "assigned"]
            assigned.append(lines[-1]["partitions"] if lines else [])
    return assigned


def owned(book: Deployment) -> list[int]:
    """All partitions that some worker holds, each as often as it is held."""
    return sorted(number for numbers in held(book) for number in numbers)


def shares(book: Deployment) -> int:
    """How many workers hold anything."""
    return sum(bool(numbers) for numbers in held(book))
