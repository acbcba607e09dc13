"""Workers on a real broker: stopped, killed, paused, joined and left."""

from __future__ import annotations

import signal
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from processors.runtime.faults import Exit
from schemas.chain import Chain
from tests.faults import fault
from tests.kafka.workers import (
    SESSION_SECONDS,
    deployed,
    eventually,
    every_input_once,
    purchases,
)

if TYPE_CHECKING:
    from processors.partition.records import Fetched
    from tests.kafka.workers import Deployment


ROOT = Path(__file__).parents[2]
TAKING_OVER_SECONDS = 3.0
LEAVING_SECONDS = 5.0
"""For what is left of a process once its work is drained."""


@fault("F05", checks="O1 V3")
def test_a_worker_is_stopped_in_mid_stream(kafka: str, prefix: str, tmp_path: Path) -> None:
    """SIGTERM drains within its budget: exit code 0, and a second start goes on from there."""
    with deployed(kafka, prefix, tmp_path) as book:
        book.send(purchases(book.settings, 1500))
        first = book.start(LOYALTY_RUN_RECORDS="5")
        eventually(lambda: len(book.sources()) >= 50)
        first.send_signal(signal.SIGTERM)
        assert first.wait(book.settings.drain_seconds + LEAVING_SECONDS) == Exit.DONE
        assert "drained in part" not in {line["event"] for line in book.log(first)}
        assert 50 <= len(book.sources()) < 1500
        book.start()
        book.wait_for(1500)
        every_input_once(book, 1500)


def test_a_second_start_finds_all_as_it_was(kafka: str, prefix: str, tmp_path: Path) -> None:
    """It decides nothing again, and what comes next follows what was there."""
    with deployed(kafka, prefix, tmp_path) as book:
        book.send(purchases(book.settings, 200))
        book.start()
        book.wait_for(200)
        book.stop()
        before = book.ledger()
        second = book.start()
        eventually(lambda: held(book)[-1] == list(range(book.settings.partitions)))
        assert book.ledger() == before
        book.send([*purchases(book.settings, 200), *purchases(book.settings, 100, first=200)])
        book.wait_for(500)
        outcomes = Counter(record.outcome for record in book.decided() if record.source)
        assert outcomes == {"accepted": 300, "duplicate": 200}
        assert second.poll() is None


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
        ids = [
            dict(one.headers)["ce_id"] for part in book.ledger("balances").values() for one in part
        ]
        assert len(ids) == len(set(ids)) > 1000


@fault("F01", checks="L1")
def test_the_other_takes_over_in_time(kafka: str, prefix: str, tmp_path: Path) -> None:
    """The bound is the promise: a session's length, and three seconds."""
    with deployed(kafka, prefix, tmp_path) as book:
        everything = list(range(book.settings.partitions))
        book.start()
        victim = book.start()
        eventually(lambda: owned(book) == everything and shares(book) == 2)
        victim.kill()
        victim.wait()
        eventually(lambda: owned(book) == everything, SESSION_SECONDS + TAKING_OVER_SECONDS)


@fault("F02", checks="V4")
def test_a_stranger_in_the_ledger_changes_nothing(kafka: str, prefix: str, tmp_path: Path) -> None:
    """Whoever writes there without being next is passed over by every reader, also at a start."""
    with deployed(kafka, prefix, tmp_path) as book:
        book.send(purchases(book.settings, 100))
        book.start()
        book.wait_for(100)
        book.stop()
        topic = book.settings.names.of("ledger")
        book.send(
            [
                one._replace(topic=topic, value=value)
                for part in book.ledger().values()
                for one, value in (
                    (part[0], None),
                    (part[0], b"nonsense"),
                    (part[-1], part[-1].value),
                )
            ]
        )
        book.start()
        book.send(purchases(book.settings, 100, first=100))
        eventually(lambda: len(accepted_of(book)) >= 200)
        assert len(accepted_of(book)) == 200
        balances = [one for part in book.ledger("balances").values() for one in part]
        assert len(balances) == 200


def accepted_of(book: Deployment) -> list[Fetched]:
    """The ledger as every reader takes it."""
    found: list[Fetched] = []
    for part in book.ledger().values():
        chain = Chain()
        found += [one for one in part if chain.take(one.value)]
    return found


def test_a_version_that_was_changed_is_refused(kafka: str, prefix: str, tmp_path: Path) -> None:
    """It has decided events; the worker says so to whoever started it, and decides nothing."""
    with deployed(kafka, prefix, tmp_path) as book:
        book.send(purchases(book.settings, 20))
        book.start()
        book.wait_for(20)
        book.stop()
        program = tmp_path / "program.yaml"
        text = (ROOT / "programs" / "starter" / "program.yaml").read_text("utf-8")
        program.write_text(text.replace('points: "300"', 'points: "310"'), "utf-8")
        book.send(purchases(book.settings, 20, first=20))
        changed = book.start(LOYALTY_PROGRAM=str(program))
        assert changed.wait(60) == Exit.USAGE
        (failed,) = (line for line in book.log(changed) if line["event"] == "failed")
        said = "version v1 of starter has decided events and was changed since: referral.referrer."
        assert said in failed["reason"]
        assert len(book.sources()) == 20


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
