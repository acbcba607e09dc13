"""What comes in and what comes out, on a real broker: poison, duplicates, referrals, idle time."""

from __future__ import annotations

import json
from collections import Counter
from importlib.metadata import version
from typing import TYPE_CHECKING

from processors.partition.records import Fetched
from schemas.values import parse_instant
from tests.faults import fault
from tests.kafka.workers import PURCHASE, START, deployed, event, eventually, purchases
from tests.story.poison import F43, POISON

if TYPE_CHECKING:
    from pathlib import Path

from tests.kafka.workers import Deployment

LONG_AGO = START - 2 * 366 * 86_400_000
HEADERS = (("content-type", b"application/cloudevents+json"), ("trace", b"t-1"))


@fault("F43", checks="O1 L3")
@fault("F47", checks="O1 L3")
def test_each_poison_is_one_dead_letter(kafka: str, prefix: str, tmp_path: Path) -> None:
    """Each comes out once with its bytes, headers and reason; good events around it are decided."""
    with deployed(kafka, prefix, tmp_path) as book:
        topic = book.settings.names.of("purchases")
        poison = [*POISON.items(), *F43.values()]
        bad = [Fetched(topic, 1, -1, START, b"k", value, HEADERS) for _, value in poison]
        book.send([*purchases(book.settings, 20), *bad, *purchases(book.settings, 20, first=20)])
        book.start()
        book.wait_for(40 + len(bad))
        letters = [letter for part in book.ledger("dead_letters").values() for letter in part]
        told = Counter((reason_of(letter), letter.value) for letter in letters)
        assert told == Counter(poison)
        for letter in letters:
            headers = dict(letter.headers)
            assert letter.key == b"k"
            assert headers["trace"] == b"t-1"
            assert headers["__streams.errors.topic"] == topic.encode()
            assert headers["loyalty.dlq.attempt"] == b"1"
            assert headers["loyalty.dlq.app_version"] == version("loyalty-ledger").encode()
            assert parse_instant(headers["loyalty.dlq.failed_at"].decode()) > START * 1000


def reason_of(letter: Fetched) -> str:
    """Why a dead letter could not be read."""
    return dict(letter.headers)["loyalty.dlq.reason"].decode()


@fault("F40", checks="O1 O2")
@fault("F41", checks="O1 O3")
def test_repeats_are_told_apart(kafka: str, prefix: str, tmp_path: Path) -> None:
    """The same event twice, another payload under its identity, another event of its order."""
    with deployed(kafka, prefix, tmp_path) as book:
        (first,) = purchases(book.settings, 1)
        assert first.value is not None
        other = first._replace(value=first.value.replace(b"1000", b"2000", 1))
        till = first._replace(value=first.value.replace(b'"shop"', b'"till"'))
        book.send([first, first, other, till])
        book.start()
        book.wait_for(4)
        outcomes = [record.outcome for record in book.decided()]
        assert outcomes == ["accepted", "duplicate", "conflicting", "duplicate"]


@fault("F49", checks="C6")
def test_a_referral_crosses_partitions(kafka: str, prefix: str, tmp_path: Path) -> None:
    """The friend's order gives both sides their points, wherever their accounts live."""
    with deployed(kafka, prefix, tmp_path) as book:
        order = {
            "order_id": "O1",
            "currency": "USD",
            "lines": [{"line_id": "L1", "sku": "A", "amount_minor": 5000}],
            "referrer": "rita",
        }
        topic = book.settings.names.of("purchases")
        book.send([event(book.settings, topic, "fred", PURCHASE, "e1", START, order)])
        book.start()
        book.wait_for(1)
        eventually(lambda: "rita" in balances(book))
        found = balances(book)
        assert found["fred"]["pending"] == "250"
        assert found["rita"]["pending"] == "300"


@fault("F46", checks="O1")
def test_a_mis_keyed_event_reaches_its_member(kafka: str, prefix: str, tmp_path: Path) -> None:
    """A record on a wrong partition is handed on to where its subject belongs."""
    with deployed(kafka, prefix, tmp_path) as book:
        (purchase,) = purchases(book.settings, 1)
        wrong = (purchase.partition + 1) % book.settings.partitions
        book.send([purchase._replace(partition=wrong)])
        book.start()
        book.wait_for(1)
        eventually(lambda: "m0" in balances(book))
        assert balances(book)["m0"]["pending"] == "10"


@fault("F51", checks="L4")
@fault("F61", checks="L4")
def test_points_are_released_while_nobody_buys(kafka: str, prefix: str, tmp_path: Path) -> None:
    """On the wall clock an idle member's points become available when their time has come."""
    with deployed(kafka, prefix, tmp_path) as book:
        book.send(purchases(book.settings, 5, members=5))
        book.start(LOYALTY_CLOCK="wall")
        book.wait_for(5)
        eventually(lambda: all(b["available"] == "10" for b in balances(book).values()))
        assert len(balances(book)) == 5


@fault("F61", checks="L4")
def test_points_end_while_nobody_buys(kafka: str, prefix: str, tmp_path: Path) -> None:
    """On the wall clock idle members' points are released and end: each instant has its record."""
    with deployed(kafka, prefix, tmp_path) as book:
        topic = book.settings.names.of("purchases")
        line = {"line_id": "L1", "sku": "A", "amount_minor": 1000}
        for number in range(5):
            order = {"order_id": f"O{number}", "currency": "USD", "lines": [line]}
            book.send([event(book.settings, topic, f"m{number}", PURCHASE, "e", LONG_AGO, order)])
        book.start(LOYALTY_CLOCK="wall")
        book.wait_for(5)
        ended = {"available": "0", "lifetime_earned": "10", "lifetime_expired": "10"}
        eventually(lambda: all(ended.items() <= one.items() for one in balances(book).values()))
        records = book.decided()
        assert [one.cause.type for one in records if one.cause and not one.source] == (
            ["time.passed"] * (len(records) - 5)
        )


@fault("F48", checks="O4 V1")
def test_readers_see_every_balance_once(kafka: str, prefix: str, tmp_path: Path) -> None:
    """Read committed: per member the sequence is 1, 2, 3, … and no id comes twice."""
    with deployed(kafka, prefix, tmp_path) as book:
        book.start(LOYALTY_RUN_RECORDS="7")
        book.send(purchases(book.settings, 300, members=20))
        book.wait_for(300)
        updates = [update for part in book.ledger("balances").values() for update in part]
        ids = [dict(update.headers)["ce_id"] for update in updates]
        assert len(ids) == len(set(ids))
        sequences: dict[bytes | None, int] = {}
        for update in updates:
            assert update.value is not None
            sequence = json.loads(update.value)["member_sequence"]
            assert sequence == sequences.get(update.key, 0) + 1
            sequences[update.key] = sequence


def balances(book: Deployment) -> dict[str, dict[str, str]]:
    """The latest points balance of each member."""
    latest: dict[str, dict[str, str]] = {}
    for updates in book.ledger("balances").values():
        for update in updates:
            assert update.value is not None
            assert update.key is not None
            latest[update.key.decode()] = json.loads(update.value)["balances"]["points"]
    return latest
