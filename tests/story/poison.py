"""Inputs that can never be read: one for each reason, and each that the catalogue names (F43)."""

from __future__ import annotations

import json

PURCHASE = "commerce.purchase.completed.v1"
POISON: dict[str, bytes | None] = {
    "null_value": None,
    "invalid_json": b"{not json",
    "bad_encoding": b'{"id":"\xff\xfe"}',
    "duplicate_key": b'{"id":"1","id":"2"}',
    "too_deep": b'{"data":' + b"[" * 60 + b"]" * 60 + b"}",
    "bad_envelope": b'{"specversion":"1.0","subject":"ana"}',
    "no_subject": json.dumps(
        {"id": "1", "source": "s", "type": PURCHASE, "time": "2026-03-01T10:00:00Z"}
    ).encode(),
    "unknown_type": json.dumps(
        {
            "id": "1",
            "source": "s",
            "type": "commerce.purchase.dreamt.v1",
            "time": "2026-03-01T10:00:00Z",
            "subject": "ana",
        }
    ).encode(),
    "invalid_data": json.dumps(
        {
            "id": "1",
            "source": "s",
            "type": PURCHASE,
            "time": "2026-03-01T10:00:00Z",
            "subject": "ana",
            "data": {"order_id": "O", "currency": "USD", "lines": [{"amount_minor": -1}]},
        }
    ).encode(),
    "future_time": json.dumps(
        {
            "id": "1",
            "source": "s",
            "type": "loyalty.member.enrolled.v1",
            "time": "2031-03-01T10:00:00Z",
            "subject": "ana",
            "data": {},
        }
    ).encode(),
}


def purchase(line: str = '"amount_minor":1', more: str = "", **envelope: str) -> bytes:
    """A purchase in JSON, with text of a test's own in its only line, its data or its envelope."""
    event = {
        "id": "1",
        "source": "s",
        "specversion": "1.0",
        "subject": "ana",
        "time": "2026-03-01T10:00:00Z",
        "type": PURCHASE,
    } | envelope
    data = f'{{"currency":"USD","lines":[{{"line_id":"L","sku":"A",{line}}}],"order_id":"O"{more}}}'
    return f'{json.dumps(event)[:-1]},"data":{data}}}'.encode()


F43: dict[str, tuple[str, bytes | None]] = {
    "invalid JSON": ("invalid_json", b"{not json"),
    "bad UTF-8": ("bad_encoding", b'{"id":"\xff\xfe"}'),
    "no value": ("null_value", None),
    "no subject": ("no_subject", purchase(subject="")),
    "a type that nobody knows": ("unknown_type", purchase(type="commerce.purchase.dreamt.v1")),
    "a version that nobody knows": ("unknown_type", purchase(type="commerce.purchase.paid.v9")),
    "an envelope of another version": ("bad_envelope", purchase(specversion="2.0")),
    "a time without an offset": ("bad_envelope", purchase(time="2026-03-01T10:00:00")),
    "a field that is missing": ("invalid_data", purchase('"quantity":1')),
    "not a number": ("invalid_json", purchase('"amount_minor":NaN')),
    "a huge amount": ("invalid_data", purchase(f'"amount_minor":{10**30}')),
    "a negative amount": ("invalid_data", purchase('"amount_minor":-1')),
    "a float": ("invalid_data", purchase('"amount_minor":1.5')),
    "a field of a megabyte": ("too_large", purchase(more=f',"market":"{"x" * 1_000_000}"')),
    "deep nesting": ("too_deep", purchase(more=f',"x":{"[" * 500}{"]" * 500}')),
    "a key twice": ("duplicate_key", purchase(more=',"order_id":"O"')),
    "no object": ("bad_envelope", b"[1]"),
}
