"""A worker that makes no progress while input waits ends, so that somebody may start another."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from processors.runtime.broker.server import start, stop
from processors.runtime.faults import Exit, Fault
from tests.faults import fault
from tests.kafka.workers import deployed, eventually, every_input_once, purchases

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from processors.runtime.broker.node import Broker
    from tests.kafka.workers import Deployment


@pytest.fixture
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A broker that this test may stop."""
    home = tmp_path_factory.mktemp("own")
    try:
        yield start(home)
    finally:
        stop(home)


@fault("F12", checks="O1 V3 L1")
def test_a_worker_without_progress_ends(own: Broker, prefix: str, tmp_path: Path) -> None:
    """The broker answers no more while records wait; what was decided is whole afterwards."""
    with deployed(own.address, prefix, tmp_path) as book:
        book.send(purchases(book.settings, 3000))
        stuck = book.start(LOYALTY_RUN_RECORDS="5", LOYALTY_WATCHDOG_SECONDS="3")
        eventually(lambda: len(book.sources()) >= 50)
        os.kill(own.pid, signal.SIGSTOP)
        try:
            assert stuck.wait(60) == Exit.BROKEN
        finally:
            os.kill(own.pid, signal.SIGCONT)
        (failed,) = (line for line in book.log(stuck) if line["event"] == "failed")
        assert "input waits and nothing was folded" in failed["reason"]
        eventually(lambda: answers(book))
        book.start()
        book.wait_for(3000)
        every_input_once(book, 3000)


def answers(book: Deployment) -> bool:
    """True once the broker is itself again."""
    try:
        return bool(book.sources())
    except Fault:
        return False
