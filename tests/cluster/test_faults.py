"""Brokers killed, paused, away and out of reach, while a worker decides."""

from __future__ import annotations

import asyncio
import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from processors.runtime.faults import Exit
from tests.chaos.brokers import GROUP, NODES, TRANSACTION
from tests.chaos.proxy import BACK, THERE
from tests.cluster.topics import on_one_broker
from tests.faults import fault
from tests.kafka.topics import adjust
from tests.kafka.workers import deployed, eventually, every_input_once, purchases

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.chaos.brokers import Brokers
    from tests.kafka.workers import Deployment

RUN = "20"
"""Small runs: there is always one open."""
ENDS_SECONDS = 40.0
PAUSE_SECONDS = 5.0
"""Longer than the other brokers wait for it."""


@contextmanager
def deciding(brokers: Brokers, prefix: str, home: Path, **more: str) -> Iterator[Deployment]:
    """A worker that has decided some of what was sent. It gets to the brokers by its own lane."""
    with deployed(brokers.address(), prefix, home) as book:
        begin(book, brokers, **more)
        book.send(purchases(book.settings, 300))
        eventually(lambda: len(book.sources()) >= 40)
        yield book


def begin(book: Deployment, brokers: Brokers, **more: str) -> None:
    """Start a worker on the first lane."""
    lane = brokers.address(brokers.workers[0])
    book.start(LOYALTY_BROKER=lane, LOYALTY_RUN_RECORDS=RUN, **more)


def doubted(book: Deployment) -> bool:
    """True once the worker has said that it does not know what became of a batch."""
    return any(line["event"] == "doubt" for line in book.log(book.workers[0]))


def all_decided(book: Deployment, sent: int = 300) -> None:
    """Nothing fails any more: the same worker decides what was sent, and what comes now, once."""
    book.send(purchases(book.settings, 100, first=sent))
    book.wait_for(sent + 100)
    every_input_once(book, sent + 100)
    assert book.workers[0].poll() is None, "the worker has outlived it"


@fault("F10", checks="O1 V3 L1")
def test_leaders_and_coordinators_are_killed_in_a_row(
    whole: Brokers, prefix: str, tmp_path: Path
) -> None:
    """Each with traffic on, hard, and started again: nothing is lost, nothing is double."""
    with deciding(whole, prefix, tmp_path) as book:
        settings = book.settings
        group = f"{prefix}{settings.app_id}"
        whole.kill(asyncio.run(whole.leader(settings, settings.names.of("ledger"), 0)))
        whole.start()
        whole.kill(asyncio.run(whole.coordinator(settings, f"{group}-1", TRANSACTION)))
        whole.start()
        whole.kill(asyncio.run(whole.coordinator(settings, group, GROUP)))
        whole.start()
        all_decided(book)


@fault("F11", checks="O1 V3 L1")
def test_all_brokers_are_away_for_a_while(whole: Brokers, prefix: str, tmp_path: Path) -> None:
    """Inside a transaction, at a start, and at a stop: who runs goes on, who starts waits."""
    with deciding(whole, prefix, tmp_path) as book:
        leaving = book.start()
        eventually(lambda: any(line["event"] == "assigned" for line in book.log(leaving)))
        for place in range(NODES):
            whole.kill(place)
        leaving.send_signal(signal.SIGTERM)
        assert leaving.wait(ENDS_SECONDS) == Exit.DONE
        coming = book.start()
        eventually(lambda: "waiting for the broker" in book.said(coming))
        whole.start()
        all_decided(book)
        assert coming.poll() is None


@fault("F12", checks="O1 V3 L1")
def test_a_paused_leader_is_no_end(whole: Brokers, prefix: str, tmp_path: Path) -> None:
    """It holds connections open and answers nothing; others take over, and it comes back."""
    with deciding(whole, prefix, tmp_path) as book:
        leader = asyncio.run(whole.leader(book.settings, book.settings.names.of("ledger"), 0))
        whole.signal(leader, signal.SIGSTOP)
        waking = threading.Timer(PAUSE_SECONDS, whole.signal, (leader, signal.SIGCONT))
        waking.start()
        all_decided(book)
        waking.join()


@fault("F13", checks="O1 V3 L1")
@pytest.mark.parametrize("ways", [(THERE, BACK), (BACK,)], ids=["both ways", "one way"])
def test_a_worker_that_does_not_reach_a_leader_waits_for_it(
    whole: Brokers, prefix: str, tmp_path: Path, ways: tuple[str, ...]
) -> None:
    """Everybody else does, and thinks that all is well."""
    with deciding(whole, prefix, tmp_path, LOYALTY_REQUEST_TIMEOUT_SECONDS="3") as book:
        leader = asyncio.run(whole.leader(book.settings, book.settings.names.of("ledger"), 0))
        link = whole.links[whole.workers[0]][leader]
        link.cut(*ways)
        book.send(purchases(book.settings, 100, first=300))
        eventually(lambda: doubted(book))
        link.mend()
        all_decided(book, sent=400)


@fault("F14", checks="O1 V3 L1")
def test_a_bad_network_only_takes_longer(whole: Brokers, prefix: str, tmp_path: Path) -> None:
    """Slow, narrow, and every connection reset now and then."""
    with deciding(whole, prefix, tmp_path) as book:
        links = whole.links[whole.workers[0]]
        for link in links:
            link.slow(0.05, 300_000)
        for many in (100, 200, 300):
            eventually(lambda many=many: len(book.sources()) >= many)  # type: ignore[misc]
            for link in links:
                link.reset()
        whole.mend()
        all_decided(book)


@fault("F17", checks="O1 V5 L1")
def test_a_topic_without_a_leader_holds_up_the_whole_batch(
    whole: Brokers, prefix: str, tmp_path: Path
) -> None:
    """Balances lie on one broker, which is killed: no ledger record is committed without them."""
    asyncio.run(on_one_broker(whole.address(), f"{prefix}loyalty.balances.v1", 4, place=2))
    with deciding(whole, prefix, tmp_path, LOYALTY_REQUEST_TIMEOUT_SECONDS="3") as book:
        whole.kill(2)
        book.send(purchases(book.settings, 100, first=300))
        eventually(lambda: doubted(book))
        whole.start()
        all_decided(book, sent=400)
        assert sum(map(len, book.ledger("balances").values())) == 500


@fault("F18", checks="O1 V5 L1")
def test_too_few_replicas_hold_up_the_whole_batch(
    whole: Brokers, prefix: str, tmp_path: Path
) -> None:
    """The ledger wants three replicas in sync, and one broker is away: nothing is committed."""
    with deployed(whole.address(), prefix, tmp_path) as book:
        asyncio.run(adjust(book.settings, "ledger", min_insync_replicas="3"))
        whole.kill(1)
        begin(book, whole, LOYALTY_REQUEST_TIMEOUT_SECONDS="3")
        book.send(purchases(book.settings, 300))
        eventually(lambda: doubted(book))
        assert book.sources() == []
        whole.start()
        all_decided(book)
