"""A trace goes through: every output carries that of the input which brought it about."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.kafka.workers import PURCHASE, START, deployed, event, eventually

if TYPE_CHECKING:
    from pathlib import Path

    from tests.kafka.workers import Deployment

FIRST = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
OTHER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"


def order(name: str, **more: str) -> dict[str, object]:
    """An order of 700.00, which reaches a tier."""
    lines = [{"line_id": "L1", "sku": "A", "amount_minor": 70_000}]
    return {"order_id": name, "currency": "USD", "lines": lines, **more}


def test_outputs_carry_the_trace_of_their_cause(kafka: str, prefix: str, tmp_path: Path) -> None:
    """By the extension or by the header, in balances, notices and rewards, and over a transfer."""
    with deployed(kafka, prefix, tmp_path) as book:
        topic = book.settings.names.of("purchases")
        sent = event(
            book.settings, topic, "fred", PURCHASE, "e1", START, order("O1", referrer="rita")
        )
        traced = json.dumps(json.loads(sent.value or b"") | {"traceparent": FIRST}).encode()
        hop = event(book.settings, topic, "hugo", PURCHASE, "e2", START, order("O2"))
        book.send(
            [
                sent._replace(value=traced),
                hop._replace(headers=[*hop.headers, ("traceparent", OTHER.encode())]),
                event(book.settings, topic, "nora", PURCHASE, "e3", START, order("O3")),
            ]
        )
        book.start()
        book.wait_for(3)
        eventually(lambda: "rita" in traces(book, "balances"))
        expected = {"fred": {FIRST}, "hugo": {OTHER}, "nora": {None}}
        assert traces(book, "balances") == expected | {"rita": {FIRST}}
        assert traces(book, "notices") == expected
        assert traces(book, "eligibility") == expected


def traces(book: Deployment, role: str) -> dict[str, set[str | None]]:
    """By member, the traces of a topic's records; the extension and the header say the same."""
    found: dict[str, set[str | None]] = {}
    for records in book.ledger(role).values():
        for record in records:
            said = dict(record.headers)
            assert said.get("ce_traceparent") == said.get("traceparent")
            trace = said.get("traceparent")
            known = found.setdefault((record.key or b"").decode(), set())
            known.add(None if trace is None else trace.decode())
    return found
