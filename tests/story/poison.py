"""One of each kind of input that can never be read, by the reason it must get."""

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
