"""Dead letters are sent once more, to where they came from."""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING

import pytest

from processors.runtime.cli import run
from processors.runtime.faults import Exit
from processors.runtime.letters import letter_of, read
from tests.kafka.workers import PURCHASE, deployed, event, eventually, purchases

if TYPE_CHECKING:
    from pathlib import Path

    from processors.partition.records import Fetched
    from tests.kafka.workers import Deployment

HOUR_MS = 3_600_000


@pytest.fixture(autouse=True)
def _deployment(kafka: str, prefix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands speak to the deployment of the test."""
    monkeypatch.setenv("LOYALTY_BROKER", kafka)
    monkeypatch.setenv("LOYALTY_INPUT_PREFIX", prefix)
    monkeypatch.setenv("LOYALTY_OUTPUT_PREFIX", prefix)
    monkeypatch.setenv("LOYALTY_PARTITIONS", "4")


def outcomes(book: Deployment) -> list[str]:
    """What came of each input, in the ledger's order."""
    return [record.outcome for record in book.decided()]


def too_early(book: Deployment) -> Fetched:
    """A purchase of an hour ago, which its till stamped two hours before it happened."""
    happened = time.time_ns() // 1_000_000 - HOUR_MS
    topic = book.settings.names.of("purchases")
    line = {"line_id": "L1", "sku": "A", "amount_minor": 1000}
    order = {"order_id": "O1", "currency": "USD", "lines": [line]}
    bought = event(book.settings, topic, "m1", PURCHASE, "e1", happened, order)
    headers = [*bought.headers, ("trace", b"t-1")]
    return bought._replace(timestamp=happened - 2 * HOUR_MS, headers=headers)


def test_a_letter_that_is_sent_again_is_taken_once(
    kafka: str, prefix: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The second time it arrives after it happened, and is accepted; the third is a duplicate."""
    with deployed(kafka, prefix, tmp_path) as book:
        sent = too_early(book)
        book.send([sent])
        book.start()
        eventually(lambda: outcomes(book) == ["dead_lettered"])
        (letter,) = asyncio.run(read(book.settings))
        place = f"{letter.partition}/{letter.offset}"
        assert run(["dlq", "retry", place, "--why", "clock mended", "--dry-run"]) == Exit.DONE
        assert outcomes(book) == ["dead_lettered"]
        capsys.readouterr()
        words = ["dlq", "retry", place, "--why", "clock mended", "--by", "ops", "--json"]
        assert run(words) == Exit.DONE
        (told,) = json.loads(capsys.readouterr().out)
        assert (told["topic"], told["partition"], told["attempt"]) == (*sent[:2], 2)
        eventually(lambda: outcomes(book) == ["dead_lettered", "accepted"])
        assert run(["dlq", "retry", "--reason", "future_time", "--why", "again"]) == Exit.DONE
        eventually(lambda: outcomes(book) == ["dead_lettered", "accepted", "duplicate"])
        again = book.ledger("purchases")[sent.partition][1]
        assert (again.key, again.value) == (sent.key, sent.value)
        headers = dict(again.headers)
        assert headers["trace"] == b"t-1"
        assert headers["loyalty.dlq.retried_by"] == b"ops"
        assert headers["loyalty.dlq.retried_why"] == b"clock mended"
        assert not any(name.startswith("__streams") for name in headers)


def test_what_still_cannot_be_read_comes_back(kafka: str, prefix: str, tmp_path: Path) -> None:
    """With the number of the attempt, however often it is tried."""
    with deployed(kafka, prefix, tmp_path) as book:
        (purchase,) = purchases(book.settings, 1)
        book.send([purchase._replace(value=b"nonsense")])
        book.start()
        for attempt in (1, 2, 3):
            eventually(lambda: len(outcomes(book)) == attempt)  # noqa: B023 - called at once
            letter = asyncio.run(read(book.settings))[-1]
            assert letter_of(letter).attempt == attempt
            assert letter.value == b"nonsense"
            assert book.ledger("purchases")[purchase.partition][-1].timestamp == purchase.timestamp
            place = f"{letter.partition}/{letter.offset}"
            assert run(["dlq", "retry", place, "--why", "hope"]) == Exit.DONE


def test_what_is_not_there_is_said(kafka: str, prefix: str, tmp_path: Path) -> None:
    """Nothing is sent unless all that was named can be."""
    with deployed(kafka, prefix, tmp_path):
        assert run(["dlq", "retry", "0/7", "--why", "x"]) == Exit.FAILED
        assert run(["dlq", "retry", "seven", "--why", "x"]) == Exit.USAGE
        assert run(["dlq", "retry", "--why", "x"]) == Exit.USAGE
