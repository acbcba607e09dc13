"""A fixed life of two members, from which the golden bytes of everything stored were taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from processors.engine import engine_of
from processors.programs.load import load
from processors.topology import Topology
from schemas.values import parse_instant

if TYPE_CHECKING:
    from collections.abc import Iterator

STRUCTURED = (("content-type", b"application/cloudevents+json"),)
TOPIC = "golden"
PURCHASE: dict[str, object] = {
    "order_id": "O1",
    "currency": "USD",
    "lines": [
        {"line_id": "L1", "sku": "TEA", "amount_minor": 60000, "tags": ["green"]},
        {"line_id": "L2", "sku": "POST", "amount_minor": 500, "kind": "shipping"},
    ],
    "referrer": "rita",
}
EVENTS: tuple[tuple[str, str, str, dict[str, object]], ...] = (
    ("2026-03-01T10:00:00Z", "fred", "loyalty.member.enrolled.v1", {"birthday": "06-15"}),
    ("2026-03-02T10:00:00Z", "fred", "commerce.purchase.completed.v1", PURCHASE),
    (
        "2026-03-03T10:00:00Z",
        "fred",
        "engagement.review.submitted.v1",
        {"review_id": "V1", "sku": "TEA", "rating": 5, "verified": True, "has_media": True},
    ),
    (
        "2026-03-20T10:00:00Z",
        "fred",
        "loyalty.redemption.requested.v1",
        {"redemption_id": "X1", "reward_id": "five_off"},
    ),
    (
        "2026-03-21T10:00:00Z",
        "fred",
        "commerce.purchase.refunded.v1",
        {"refund_id": "R1", "order_id": "O1", "amount_minor": 1000},
    ),
)


def play() -> Topology:
    """The story, folded on two partitions; nobody's clock is asked."""
    topology = Topology(engine_of(load("starter"), 2), partitions=2, lag=1)
    for number, (time, subject, kind, data) in enumerate(EVENTS):
        topology.advance(parse_instant(time))
        body = {
            "specversion": "1.0",
            "id": f"g{number}",
            "source": "golden",
            "type": kind,
            "time": time,
            "subject": subject,
            "data": data,
        }
        topology.send(TOPIC, subject.encode(), orjson.dumps(body), STRUCTURED)
        topology.pump()
    topology.send(TOPIC, b"fred", b"{no json", STRUCTURED)
    topology.pump()
    return topology


def stored() -> Iterator[tuple[str, bytes]]:
    """Everything that the story stored, by topic and place: headers, then the value."""
    topology = play()
    for role in sorted(topology.roles):
        for place, record in enumerate(topology.written(role)):
            headers = b"".join(
                b"%b: %b\n" % (name.encode(), value)
                for name, value in record.headers
                if name != "loyalty.dlq.failed_at"
            )
            yield f"{role}-{place:02d}", headers + (record.value or b"")
