"""A marked life, and all that may still be read of it."""

from __future__ import annotations

import gc
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING

from processors.accounts.resting import plain
from processors.engine import engine_of
from processors.partition.head import checkpoint_key
from processors.programs.compiled import Program
from processors.programs.load import load
from processors.topology import Topology
from schemas.values import parse_instant
from tests.driver.book import put
from tests.driver.traffic import DAY
from tests.properties.test_permuted_arrival import sent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.driver.traffic import Sent

T0 = parse_instant("2026-03-01T12:00:00-05:00")
MARK = b"MARK"
PARTITIONS = 3
ERASED = "loyalty.member.erased.v1"
CHECKPOINTS = [checkpoint_key(slot, "ann") for slot in (0, 1)]
ZIPPED = b"\x78"
PURCHASE = "commerce.purchase.completed.v1"
ALIAS = "email:MARK@example.org"
LINE = {"line_id": "lMARK", "sku": "sMARK", "amount_minor": 90_000, "category": "cMARK"}


def said(kind: str, name: str, who: str, day: int, data: dict[str, object]) -> Sent:
    """One event, so many days after the first."""
    return sent(kind, name, who, T0 + day * DAY, data)


def bought(name: str, who: str, day: int, **more: object) -> Sent:
    """An order of one marked line."""
    data: dict[str, object] = {"order_id": f"oMARK{name}", "currency": "USD", "lines": [LINE]}
    return said("commerce.purchase.completed.v1", name, who, day, data | more)


def memory(thing: object) -> Iterator[bytes]:
    """All bytes and texts that a partition keeps, whatever they are kept in."""
    seen: set[int] = set()
    left = [thing]
    while left:
        one = left.pop()
        if id(one) in seen or isinstance(one, type | ModuleType | FunctionType | Program):
            continue
        seen.add(id(one))
        if isinstance(one, str):
            yield one.encode()
        elif isinstance(one, bytes):
            yield plain(one) if one[:1] == ZIPPED else one
        left += gc.get_referents(one)


LIFE = [
    said(
        "loyalty.member.enrolled.v1",
        "1",
        "ann",
        0,
        {
            "birthday": "04-05",
            "attributes": {"kMARK": "vMARK"},
            "aliases": ["email:MARK@example.org"],
        },
    ),
    bought("2", "ann", 1, attributes={"gift": "gMARK"}, location_id="locMARK"),
    said(
        "engagement.review.submitted.v1",
        "3",
        "ann",
        20,
        {"review_id": "rMARK", "sku": "sMARK", "rating": 5, "verified": True},
    ),
    said(
        "loyalty.redemption.requested.v1",
        "4",
        "ann",
        20,
        {"redemption_id": "xMARK", "amount": "50"},
    ),
    said(
        "engagement.referral.joined.v1", "5", "bob", 20, {"referral_id": "fMARK", "referrer": "ann"}
    ),
    said(
        "commerce.purchase.refunded.v1",
        "6",
        "ann",
        20,
        {"refund_id": "nMARK", "order_id": "oMARKunknown", "amount_minor": 1},
    ),
]


def lived(*more: Sent, program: str = "starter", life: list[Sent] = LIFE) -> Topology:
    """The life, an erasure on the twenty-first day, and what comes after it."""
    topology = Topology(engine_of(load(program), PARTITIONS), PARTITIONS, run_size=1)
    put(topology, [*life, said(ERASED, "e", "ann", 21, {})])
    topology.pump()
    for one in more:
        put(topology, [one])
        topology.pump()
    return topology


def latest(topology: Topology, role: str) -> dict[bytes | None, bytes | None]:
    """What a compacted topic holds in the end."""
    return {record.key: record.value for record in topology.written(role)}


def held_of(topology: Topology, role: str = "snapshots") -> bytes:
    """What a compacted topic holds in the end, of everybody."""
    values = [value for value in latest(topology, role).values() if value]
    return b"\n".join(plain(value) for value in values)
