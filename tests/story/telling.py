"""How events are said: whose, when, in which form, and what an order contains."""

from __future__ import annotations

import json
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from tests.model.book import Fact

BEGIN = datetime(2026, 1, 5, 14, tzinfo=UTC)
END = datetime(2026, 9, 5, tzinfo=UTC)
DAY = timedelta(days=1)
TOPICS = {
    "purchase": "commerce.purchases.v1",
    "referral": "engagement.referrals.v1",
    "review": "engagement.reviews.v1",
    "member": "loyalty.members.v1",
    "redemption": "loyalty.requests.v1",
    "points": "loyalty.requests.v1",
}
GROUPS = ("shop", "spend", "friend", "alias")


class Raw(NamedTuple):
    """One record as a producer sends it. The partition follows from `key`, unless it is set."""

    topic: str
    key: str
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]
    timestamp_ms: int
    stray: bool = False
    """Sent to a partition where its subject does not belong."""


class Telling:
    """Events in the order of their arrival, and what is true of them."""

    def __init__(self, seed: int, members: int, pace: timedelta) -> None:
        self.chance = random.Random(seed)
        self.members = members
        self.now = BEGIN
        self.pace = pace
        self.records: list[Raw] = []
        self.facts: list[Fact] = []
        self.expected: Counter[str] = Counter()
        """How many inputs must be duplicates, conflicting, dead-lettered (by reason), too late."""
        self.too_late: set[str] = set()
        """The ids of events that come after the horizon."""
        self.orders: dict[str, list[tuple[str, dict[str, int]]]] = {}
        self.numbers = iter(range(10**9))
        self.last: list[tuple[Raw, dict[str, Any]]] = []

    def wait(self, minutes: int) -> None:
        """Some minutes pass, fewer in a dense story."""
        self.now += min(timedelta(minutes=minutes), 3 * self.pace)

    def number(self, letter: str) -> str:
        """An id that nothing else has."""
        return f"{letter}{next(self.numbers)}"

    def who(self, group: str) -> str:
        """A member of a group; a few come far more often than the others."""
        place = int(self.members * self.chance.random() ** 2.5)
        return f"{group}-{place // len(GROUPS)}"

    def say(
        self,
        member: str,
        kind: str,
        data: dict[str, Any],
        *,
        time: datetime | None = None,
        subject: str | None = None,
        counts: bool = True,
    ) -> Raw:
        """Send an event, structured or binary; `counts` tells the model of it."""
        time = (time or self.now).replace(microsecond=0)
        arrival = max(self.now, time)
        event = {
            "specversion": "1.0",
            "id": self.number("e"),
            "source": "shop",
            "type": f"{kind}.v1",
            "time": time.isoformat().replace("+00:00", "Z"),
            "subject": subject or member,
        }
        raw = self.pack(event, data, arrival)
        self.records.append(raw)
        if counts:
            self.facts.append(Fact(time, len(self.records), member, f"{kind}.v1", data))
            self.last = [*self.last[-30:], (raw, {**event, "data": data})]
        return raw

    def pack(self, event: dict[str, Any], data: dict[str, Any], arrival: datetime) -> Raw:
        """The record of an event."""
        topic = TOPICS[event["type"].split(".")[1]]
        stamp = int(arrival.timestamp() * 1000)
        if self.chance.random() < 0.3:
            headers = [(f"ce_{name}", str(value).encode()) for name, value in event.items()]
            headers.append(("content-type", b"application/json"))
            return Raw(topic, event["subject"], dump(data), tuple(headers), stamp)
        kind = (("content-type", b"application/cloudevents+json"),)
        return Raw(topic, event["subject"], dump({**event, "data": data}), kind, stamp)

    def basket(self) -> dict[str, Any]:
        """An order's content: one to four lines, now and then a discount or tenders."""
        kinds = ["goods"] * 6 + ["shipping", "tip", "gift_card"]
        lines = []
        for place in range(self.chance.choice([1, 1, 2, 2, 3, 4])):
            kind = "goods" if place == 0 else self.chance.choice(kinds)
            amount = int(self.chance.paretovariate(1.3) * 900)
            line: dict[str, Any] = {
                "line_id": f"L{place}",
                "sku": f"S{self.chance.randrange(400)}",
                "amount_minor": min(amount, 150_000),
            }
            if kind != "goods":
                line["kind"] = kind
            else:
                line["tax_minor"] = line["amount_minor"] // 12
            lines.append(line)
        data: dict[str, Any] = {"order_id": self.number("O"), "currency": "USD", "lines": lines}
        goods = sum(line["amount_minor"] for line in lines if "kind" not in line)
        if self.chance.random() < 0.15:
            data["order_discount_minor"] = goods // 7
        if self.chance.random() < 0.2:
            total = sum(line["amount_minor"] + line.get("tax_minor", 0) for line in lines)
            total -= data.get("order_discount_minor", 0)
            other = self.chance.choice(["points", "voucher", "cash"])
            data["tenders"] = [
                {"kind": "card", "amount_minor": total - total // 4},
                {"kind": other, "amount_minor": total // 4},
            ]
        return data

    def remember(self, member: str, data: dict[str, Any]) -> None:
        """Keep what may be returned of an order."""
        goods = {
            line["line_id"]: line["amount_minor"] for line in data["lines"] if "kind" not in line
        }
        self.orders.setdefault(member, []).append((data["order_id"], goods))


def dump(value: object) -> bytes:
    """JSON."""
    return json.dumps(value, separators=(",", ":")).encode()
