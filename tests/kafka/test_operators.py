"""What operators do to a deployment: offsets reset, topics changed, names mistyped, little time."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING

import pytest

from processors.partition.records import Fetched
from processors.runtime.faults import Exit
from tests.faults import fault
from tests.kafka.topics import adjust, expire, grow, make_anew, put_back
from tests.kafka.workers import START, deployed, eventually, every_input_once, purchases

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from tests.kafka.workers import Deployment

ENDS_SECONDS = 40.0


def stopped(process: subprocess.Popen[bytes]) -> int:
    """The exit code of a worker that is asked to stop."""
    process.send_signal(signal.SIGTERM)
    return process.wait(ENDS_SECONDS)


def doubted(book: Deployment, process: subprocess.Popen[bytes]) -> bool:
    """True once the worker has said that it does not know what became of a batch."""
    return any(line["event"] == "doubt" for line in book.log(process))


@fault("F71", checks="O1 V2")
@pytest.mark.parametrize("offset", [0, 1_000_000], ids=["to the past", "to the future"])
def test_offsets_of_the_group_decide_nothing(
    kafka: str, prefix: str, tmp_path: Path, offset: int
) -> None:
    """Somebody resets them while the worker is away: it goes on where the ledger says."""
    with deployed(kafka, prefix, tmp_path) as book:
        first = book.start()
        book.send(purchases(book.settings, 200))
        book.wait_for(200)
        assert stopped(first) == Exit.DONE
        asyncio.run(put_back(book.settings, offset))
        book.start()
        book.send(purchases(book.settings, 200, first=200))
        book.wait_for(400)
        every_input_once(book, 400)


@fault("F72", checks="O1 V3 V4")
def test_two_applications_on_one_ledger_write_it_once(
    kafka: str, prefix: str, tmp_path: Path
) -> None:
    """Another application id fences nobody; the writer trusts no append, so nothing is double."""
    with deployed(kafka, prefix, tmp_path) as book:
        book.start(LOYALTY_RUN_RECORDS="50")
        other = book.start(LOYALTY_RUN_RECORDS="50", LOYALTY_APP_ID="mistyped")
        book.send(purchases(book.settings, 400))
        eventually(lambda: len(book.sources()) >= 50)
        assert stopped(other) == Exit.DONE
        book.send(purchases(book.settings, 100, first=400))
        book.wait_for(500)
        every_input_once(book, 500)


@fault("F72", checks="O1")
def test_a_mistyped_prefix_is_refused(kafka: str, prefix: str, tmp_path: Path) -> None:
    """There are no such topics, and none are made on the way."""
    with deployed(kafka, prefix, tmp_path) as book:
        process = book.start(LOYALTY_OUTPUT_PREFIX="mistyped.")
        assert process.wait(ENDS_SECONDS) == Exit.UNREACHABLE
        assert "loyalty topics apply" in book.said(process)


@fault("F22", checks="O1")
def test_another_partition_count_is_refused(kafka: str, prefix: str, tmp_path: Path) -> None:
    """Keys would lead to other partitions than the accounts that they belong to."""
    with deployed(kafka, prefix, tmp_path) as book:
        asyncio.run(grow(book.settings, "reviews", 5))
        process = book.start()
        assert process.wait(ENDS_SECONDS) == Exit.UNREACHABLE
        assert "has 5 partitions" in book.said(process)


@fault("F21", checks="O1 L1")
def test_the_ledger_begins_with_what_is_kept(kafka: str, prefix: str, tmp_path: Path) -> None:
    """Retention ran for years before the first start: what it has taken was never ours."""
    with deployed(kafka, prefix, tmp_path) as book:
        book.send(of_one_partition(book, 60))
        asyncio.run(expire(book.settings, "purchases", 1, 20))
        process = book.start()
        book.wait_for(40)
        every_input_once(book, 40)
        assert "inputs lost" not in book.said(process)


@fault("F21", checks="O1 L1")
def test_retention_that_was_faster_is_told(kafka: str, prefix: str, tmp_path: Path) -> None:
    """What is gone cannot be decided. The worker says what is lost, and goes on behind it."""
    with deployed(kafka, prefix, tmp_path) as book:
        records = of_one_partition(book, 80)
        first = book.start()
        book.send(records[:40])
        book.wait_for(40)
        assert stopped(first) == Exit.DONE
        book.send(records[40:])
        asyncio.run(expire(book.settings, "purchases", 1, 60))
        second = book.start()
        book.wait_for(60)
        every_input_once(book, 60)
        (line,) = [line for line in book.log(second) if line["event"] == "inputs lost"]
        assert (line["partition"], line["first"], line["last"]) == (1, 40, 59)


def of_one_partition(book: Deployment, many: int) -> list[Fetched]:
    """Purchases whose members all live in partition 1."""
    found = purchases(book.settings, 20 * many)
    return [record for record in found if record.partition == 1][:many]


@fault("F21", checks="O1")
def test_a_topic_that_was_made_anew_is_refused(kafka: str, prefix: str, tmp_path: Path) -> None:
    """Its offsets begin again, and would be taken for inputs that are decided."""
    with deployed(kafka, prefix, tmp_path) as book:
        first = book.start()
        book.send(purchases(book.settings, 100))
        book.wait_for(100)
        assert stopped(first) == Exit.DONE
        asyncio.run(make_anew(book.settings, "purchases"))
        process = book.start(LOYALTY_WATCHDOG_SECONDS="3")
        assert process.wait(ENDS_SECONDS) == Exit.UNREACHABLE
        assert "made anew" in book.said(process)


@fault("F18", checks="O1 V5 L1")
def test_what_is_too_large_for_a_topic_is_kept(kafka: str, prefix: str, tmp_path: Path) -> None:
    """Nothing of a batch is committed while one of its topics takes nothing; then all of it."""
    with deployed(kafka, prefix, tmp_path) as book:
        asyncio.run(adjust(book.settings, "balances", max_message_bytes="100"))
        process = book.start(LOYALTY_REQUEST_TIMEOUT_SECONDS="3")
        book.send(purchases(book.settings, 100))
        eventually(lambda: doubted(book, process))
        assert book.sources() == []
        asyncio.run(adjust(book.settings, "balances"))
        book.wait_for(100)
        every_input_once(book, 100)
        assert sum(map(len, book.ledger("balances").values())) == 100
        assert process.poll() is None


@fault("F45", checks="O1 L1 L3")
def test_dead_letters_wait_for_their_topic(kafka: str, prefix: str, tmp_path: Path) -> None:
    """A letter that cannot be written is not dropped: its partition waits, others go on."""
    with deployed(kafka, prefix, tmp_path) as book:
        asyncio.run(adjust(book.settings, "dead_letters", max_message_bytes="100"))
        process = book.start(LOYALTY_REQUEST_TIMEOUT_SECONDS="3")
        topic = book.settings.names.of("purchases")
        headers = (("content-type", b"application/cloudevents+json"),)
        book.send([Fetched(topic, 1, -1, START, b"k", b"{not json", headers)])
        others = [one for one in purchases(book.settings, 120) if one.partition != 1]
        book.send(others)
        book.wait_for(len(others))
        eventually(lambda: doubted(book, process))
        assert book.ledger("dead_letters")[1] == []
        asyncio.run(adjust(book.settings, "dead_letters"))
        book.wait_for(len(others) + 1)
        assert len(book.ledger("dead_letters")[1]) == 1


@fault("F05", checks="O1 V3")
def test_a_stop_without_time_loses_nothing(kafka: str, prefix: str, tmp_path: Path) -> None:
    """The budget is over at once: what is open is aborted by who comes next."""
    with deployed(kafka, prefix, tmp_path) as book:
        first = book.start(LOYALTY_RUN_RECORDS="5", LOYALTY_DRAIN_SECONDS="0.001")
        book.send(purchases(book.settings, 600))
        eventually(lambda: len(book.sources()) >= 50)
        assert stopped(first) == Exit.DONE
        book.start()
        book.wait_for(600)
        every_input_once(book, 600)


@fault("F50", checks="O1 V1 L1")
def test_one_member_gets_everything(kafka: str, prefix: str, tmp_path: Path) -> None:
    """A burst to one member fills one partition; another member's event is not kept waiting."""
    with deployed(kafka, prefix, tmp_path) as book:
        book.start()
        book.send(purchases(book.settings, 1_500, members=1))
        book.send(purchases(book.settings, 40, members=40, first=1_500))
        book.wait_for(1_540)
        every_input_once(book, 1_540)
