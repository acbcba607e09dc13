"""Lives in which members are merged and parted, with ids that each member counts for himself."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import orjson

from tests.driver.traffic import DAY, Sent, cloud_event

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PAIRS = (("m0", "m1"), ("m0", "m1"), ("m2", "m0"), ("m2", "m3"))
"""Survivors and others; a chain among them."""
NUMBERED = (
    "order_id",
    "redemption_id",
    "review_id",
    "refund_id",
    "adjustment_id",
    "referral_id",
)
MINUTE = 60_000_000
TOPIC = "loyalty.members.v1"


def joined(kind: str, survivor: str, other: str, at: int) -> Sent:
    """A merge or an unmerge."""
    name = f"loyalty.member.{kind}.v1"
    value = cloud_event(name, f"{kind}-{at}", survivor, at, {"from_member": other})
    return Sent(TOPIC, survivor, at, value, at)


def mingled(sent: Sequence[Sent], seed: int) -> list[Sent]:
    """The events, every tenth with a merge or an unmerge after it; a fifth of them comes late."""
    chance = random.Random(seed)
    mixed: list[Sent] = []
    for one in numbered(sent):
        late = chance.randrange(10 * DAY) if chance.random() < 0.2 else 0
        mixed.append(one._replace(arrival=one.time + late))
        if chance.random() < 0.1:
            kind = chance.choice(["merged", "merged", "unmerged"])
            mixed.append(joined(kind, *chance.choice(PAIRS), one.time + MINUTE))
    return sorted(mixed, key=lambda one: one.arrival)


def numbered(sent: Sequence[Sent]) -> Iterator[Sent]:
    """The events, under ids that several members use."""
    names: dict[tuple[str, str, str], str] = {}
    counts: dict[tuple[str, str], int] = {}
    for one in sent:
        event = orjson.loads(one.value)
        who, data = event["subject"], event["data"]
        for field in NUMBERED:
            if field not in data:
                continue
            key = (who, field, data[field])
            if key not in names:
                counts[who, field] = counts.get((who, field), 0) + 1
                names[key] = f"{field[0].upper()}{counts[who, field]}"
            data[field] = names[key]
        yield one._replace(value=orjson.dumps(event))
