"""Fixed lives of some members, from which the golden bytes of everything stored were taken."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from processors.engine import engine_of
from processors.programs.compiler import compile_program
from processors.programs.load import load, read
from processors.topology import Topology
from schemas.values import parse_instant
from tests.driver.library import deploy, without_newest

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
Events = tuple[tuple[str, str, str, dict[str, object]], ...]
EVENTS: Events = (
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


AGAIN: Events = (
    ("2026-03-01T10:00:00Z", "fred", "loyalty.member.enrolled.v1", {"aliases": ["code:FRED"]}),
    ("2026-03-01T11:00:00Z", "code:FRED", "commerce.purchase.completed.v1", PURCHASE),
    ("2026-03-01T12:00:00Z", "code:GINA", "commerce.purchase.completed.v1", PURCHASE),
    ("2026-03-01T13:00:00Z", "gina", "loyalty.member.alias_linked.v1", {"alias": "code:GINA"}),
    ("2026-03-01T14:00:00Z", "gina", "loyalty.member.alias_linked.v1", {"alias": "code:FRED"}),
    (
        "2026-03-02T10:00:00Z",
        "fred",
        "commerce.purchase.refunded.v1",
        {"refund_id": "R2", "order_id": "unknown", "amount_minor": 1000},
    ),
    (
        "2026-03-03T10:00:00Z",
        "fred",
        "loyalty.redemption.requested.v1",
        {"redemption_id": "X2", "reward_id": "five_off"},
    ),
    ("2026-03-04T10:00:00Z", "fred", "loyalty.entitlement.used.v1", {"reward_id": "silver_gift"}),
    ("2026-03-05T10:00:00Z", "fred", "loyalty.member.merged.v1", {"from_member": "gina"}),
    ("2026-03-06T10:00:00Z", "fred", "loyalty.member.unmerged.v1", {"from_member": "gina"}),
    ("2027-05-01T10:00:00Z", "gina", "loyalty.member.erased.v1", {}),
)
"""Aliases, what waits or is refused, a reward used, a merge undone, points that end, an erasure."""
BASKET: dict[str, object] = {
    "order_id": "O1",
    "currency": "EUR",
    "lines": [{"line_id": "L1", "sku": "TEA", "amount_minor": 2000}],
}
MUG: dict[str, object] = {"redemption_id": "X1", "reward_id": "mug"}
GIVEN: Events = (
    ("2026-03-01T10:00:00Z", "ana", "loyalty.member.enrolled.v1", {}),
    (
        "2026-03-01T11:00:00Z",
        "ben",
        "loyalty.member.enrolled.v1",
        {"attributes": {"role": "observer"}},
    ),
    (
        "2026-03-02T10:00:00Z",
        "ana",
        "engagement.recognition.given.v1",
        {"recognition_id": "G1", "to": "cleo", "amount": "5"},
    ),
    (
        "2026-03-02T11:00:00Z",
        "ana",
        "engagement.recognition.given.v1",
        {"recognition_id": "G2", "to": "ben", "amount": "5"},
    ),
)
"""A gift that arrives, and one that goes back."""
TOLD: Events = (
    ("2025-06-01T10:00:00Z", "ana", "loyalty.member.enrolled.v1", {}),
    ("2025-10-20T10:00:00Z", "ana", "loyalty.member.profile_changed.v1", {"market": "US"}),
)
"""Promotions that are announced."""
SHARED: Events = (
    ("2026-03-02T10:00:00Z", "ana", "commerce.purchase.completed.v1", BASKET),
    ("2026-03-03T10:00:00Z", "ana", "loyalty.redemption.requested.v1", MUG),
    ("2026-03-04T10:00:00Z", "ana", "commerce.purchase.cancelled.v1", {"order_id": "O1"}),
)
"""A budget and a stock, asked for and given back."""
ENDING: Events = (
    ("2026-03-02T10:00:00Z", "ana", "commerce.purchase.completed.v1", BASKET),
    ("2026-12-20T10:00:00Z", "ana", "loyalty.member.profile_changed.v1", {"market": "US"}),
)
"""A tier and a gift that are about to end."""
GIVING_WAY: Events = (
    ("2026-12-20T10:00:00Z", "ana", "commerce.purchase.completed.v1", BASKET | {"currency": "USD"}),
    (
        "2026-12-21T10:00:00Z",
        "ana",
        "loyalty.redemption.requested.v1",
        {"redemption_id": "X1", "reward_id": "mug"},
    ),
)
"""What a reward cost in the old year."""
PLUS: dict[str, object] = {"plan": "plus"}
PLAN: Events = (
    (
        "2026-03-01T10:00:00Z",
        "ana",
        "loyalty.member.profile_changed.v1",
        {"attributes": {"vip": True}},
    ),
    (
        "2026-03-01T11:00:00Z",
        "ana",
        "loyalty.membership.started.v1",
        PLUS | {"trial": True, "paid_until": "2026-04-01T00:00:00Z"},
    ),
    ("2026-03-02T10:00:00Z", "ana", "commerce.purchase.completed.v1", BASKET),
    (
        "2026-03-03T10:00:00Z",
        "ana",
        "loyalty.redemption.requested.v1",
        {"redemption_id": "X1", "amount": "5", "hold_until": "2026-03-10T00:00:00Z"},
    ),
    ("2026-03-04T10:00:00Z", "ana", "loyalty.redemption.committed.v1", {"redemption_id": "X1"}),
    (
        "2026-03-05T10:00:00Z",
        "ana",
        "loyalty.points.adjusted.v1",
        {
            "adjustment_id": "J1",
            "unit": "gems",
            "amount": "7",
            "reason": "goodwill",
            "operator": "desk",
            "expires_at": "2026-09-01T00:00:00Z",
        },
    ),
    (
        "2026-03-20T10:00:00Z",
        "ana",
        "loyalty.membership.renewed.v1",
        PLUS | {"paid_until": "2026-06-01T00:00:00Z"},
    ),
    (
        "2026-05-01T10:00:00Z",
        "ana",
        "loyalty.membership.cancelled.v1",
        PLUS | {"effective_at": "2026-07-01T00:00:00Z"},
    ),
    ("2026-05-20T10:00:00Z", "ana", "loyalty.membership.lapsed.v1", PLUS),
)
"""A paid plan from its trial to its end, points that wait for a tier or end on a day of their own,
a voucher that points became."""


def play(
    program: str = "starter",
    events: Events = EVENTS,
) -> Topology:
    """A story, folded on two partitions; nobody's clock is asked."""
    topology = Topology(engine_of(load(program), 2), partitions=2, lag=1)
    body = _tell(topology, events)
    if events is AGAIN:
        for kind in ("loyalty.member.erased.v1", "loyalty.member.enrolled.v1"):
            topology.send(TOPIC, b"gina", orjson.dumps(body | {"type": kind}), STRUCTURED)
    topology.send(TOPIC, b"fred", b"{no json", STRUCTURED)
    topology.pump()
    return topology


def _tell(topology: Topology, events: Events) -> dict[str, object]:
    """Each event at its time. Returns the last one."""
    body: dict[str, object] = {}
    for number, (time, subject, kind, data) in enumerate(events):
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
    return body


def changed() -> Topology:
    """A new year's version comes while a member rests."""
    model = read(Path(__file__).with_name("changed.yaml"))
    topology = Topology(engine_of(without_newest(model), 2), partitions=2, lag=1)
    _tell(topology, GIVING_WAY)
    deploy(topology, compile_program(model))
    topology.advance(parse_instant("2027-01-01T00:00:00Z"))
    return topology


def stored() -> Iterator[tuple[str, bytes]]:
    """Everything that the stories stored, by topic and place: headers, then the value."""
    yield from _stored("", play())
    yield from _stored("again-", play("starter", AGAIN))
    yield from _stored("given-", play("assembly-recognition", GIVEN))
    yield from _stored("told-", play("seasonal", TOLD))
    yield from _stored("shared-", play("limited-edition", SHARED))
    yield from _stored("changed-", changed())
    for name, events in (("ending", ENDING), ("plan", PLAN)):
        program = Path(__file__).with_name(f"{name}.yaml")
        yield from _stored(f"{name}-", play(str(program), events))


def _stored(story: str, topology: Topology) -> Iterator[tuple[str, bytes]]:
    for role in sorted(topology.roles):
        for place, record in enumerate(topology.written(role)):
            headers = b"".join(
                b"%b: %b\n" % (name.encode(), value)
                for name, value in record.headers
                if name != "loyalty.dlq.failed_at"
            )
            yield f"{role}-{story}{place:02d}", headers + (record.value or b"")
