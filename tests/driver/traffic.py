"""Seeded traffic for the starter program: every family of events, repeats, late ones, aliases."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, NamedTuple

import orjson

from schemas.inputs import INPUTS
from schemas.values import format_instant, parse_instant

if TYPE_CHECKING:
    from collections.abc import Mapping

START = parse_instant("2026-05-20T12:00:00-04:00")
HOUR = 3_600_000_000
DAY = 24 * HOUR
STRUCTURED = (("content-type", b"application/cloudevents+json"),)


class Sent(NamedTuple):
    """One event as it is sent: where, by what key, when it arrives, and its bytes."""

    topic: str
    key: str
    arrival: int
    value: bytes
    time: int


def cloud_event(kind: str, name: str, subject: str, time: int, data: Mapping[str, object]) -> bytes:
    """A structured CloudEvent."""
    return orjson.dumps(
        {
            "specversion": "1.0",
            "id": name,
            "source": "shop",
            "type": kind,
            "time": format_instant(time),
            "subject": subject,
            "data": data,
        }
    )


class Traffic:
    """Makes events one after another, some hours apart."""

    def __init__(self, seed: int, members: int = 9, late: float = 0.1) -> None:
        self.chance = random.Random(seed)
        self.members = [f"m{number}" for number in range(members)]
        self.late = late
        self.now = START
        self.sent: list[Sent] = []
        self.orders: list[tuple[str, str, int]] = []
        self.held: list[tuple[str, str]] = []

    def make(self, count: int) -> list[Sent]:
        """`count` events in order of their arrival."""
        makers = (
            [self.purchase] * 8
            + [self.refund] * 3
            + [self.review, self.review, self.redeem, self.redeem, self.close, self.close]
            + [self.referral, self.adjust, self.alias, self.repeat, self.rubbish]
        )
        while len(self.sent) < count:
            self.now += self.chance.randrange(10 * 60, 9 * 3600) * 1_000_000
            self.chance.choice(makers)()
        return self.sent

    def say(self, kind: str, subject: str, data: dict[str, object], *, late: bool = True) -> None:
        """Send one event, now and then days after its time."""
        behind = 0
        if late and self.chance.random() < self.late:
            behind = self.chance.randrange(1, 20 * 24) * HOUR
        time = self.now - behind
        value = cloud_event(kind, f"e{len(self.sent)}", subject, time, data)
        self.sent.append(Sent(INPUTS[kind].topic, subject, self.now, value, time))

    def who(self) -> str:
        """A member; the first ones come more often."""
        place = min(self.chance.randrange(len(self.members)) for _ in range(2))
        return self.members[place]

    def purchase(self) -> None:
        """An order of one or two lines."""
        who, order = self.who(), f"O{len(self.sent)}"
        amount = self.chance.randrange(500, 60_000)
        data: dict[str, object] = {
            "order_id": order,
            "currency": "USD",
            "lines": [
                {"line_id": "1", "sku": "A", "amount_minor": amount},
                {"line_id": "2", "sku": "S", "amount_minor": 500, "kind": "shipping"},
            ],
        }
        if self.chance.random() < 0.1:
            data["referrer"] = self.chance.choice(["code:FRIEND", self.who()])
        self.orders.append((who, order, amount))
        self.say("commerce.purchase.completed.v1", who, data)

    def refund(self) -> None:
        """A part or all of an order, sometimes before the order itself arrives."""
        if not self.orders:
            return
        who, order, amount = self.chance.choice(self.orders[-12:])
        part = amount if self.chance.random() < 0.4 else amount // 3
        line = {"line_id": "1", "amount_minor": part}
        data: dict[str, object] = {
            "refund_id": f"R{len(self.sent)}",
            "order_id": order,
            "lines": [line],
        }
        self.say("commerce.purchase.refunded.v1", who, data)

    def review(self) -> None:
        """A review that waits or does not."""
        waits = self.chance.random() < 0.5
        data: dict[str, object] = {
            "review_id": f"V{len(self.sent)}",
            "sku": f"S{self.chance.randrange(6)}",
            "rating": 5,
            "verified": self.chance.random() < 0.9,
            "has_media": self.chance.random() < 0.5,
            "moderation": "pending" if waits else "approved",
        }
        self.say("engagement.review.submitted.v1", self.who(), data)

    def redeem(self) -> None:
        """A reservation."""
        who, name = self.who(), f"X{len(self.sent)}"
        data: dict[str, object] = {"redemption_id": name}
        if self.chance.random() < 0.5:
            data["reward_id"] = "five_off"
        else:
            data["amount"] = "50"
        self.held.append((who, name))
        self.say("loyalty.redemption.requested.v1", who, data)

    def close(self) -> None:
        """The end of a reservation."""
        if not self.held:
            return
        who, name = self.chance.choice(self.held[-5:])
        how = self.chance.choice(["committed", "released", "reversed"])
        self.say(f"loyalty.redemption.{how}.v1", who, {"redemption_id": name})

    def referral(self) -> None:
        """Somebody joins by somebody's invitation."""
        data: dict[str, object] = {"referral_id": f"F{len(self.sent)}", "referrer": self.who()}
        self.say("engagement.referral.joined.v1", self.who(), data)

    def adjust(self) -> None:
        """A goodwill gesture, or its opposite."""
        data: dict[str, object] = {
            "adjustment_id": f"J{len(self.sent)}",
            "unit": "points",
            "amount": str(self.chance.randrange(-200, 900)),
            "reason": "care",
            "operator": "ops",
        }
        self.say("loyalty.points.adjusted.v1", self.who(), data)

    def alias(self) -> None:
        """An alias is linked, or an order comes for one."""
        if self.chance.random() < 0.5:
            data: dict[str, object] = {"alias": "code:FRIEND"}
            self.say("loyalty.member.alias_linked.v1", self.members[0], data)
            return
        data = {
            "order_id": f"O{len(self.sent)}",
            "currency": "USD",
            "lines": [{"line_id": "1", "sku": "A", "amount_minor": 2000}],
        }
        self.say("commerce.purchase.completed.v1", "code:FRIEND", data)

    def repeat(self) -> None:
        """Something that was sent before, again."""
        if self.sent:
            self.sent.append(self.chance.choice(self.sent[-40:])._replace(arrival=self.now))

    def rubbish(self) -> None:
        """What nobody can read, or what is keyed wrongly."""
        if self.chance.random() < 0.5 or not self.sent:
            topic = "commerce.purchases.v1"
            self.sent.append(Sent(topic, self.who(), self.now, b'{"id": 1', self.now))
        else:
            again = self.chance.choice(self.sent[-40:])
            self.sent.append(again._replace(arrival=self.now, key="wrong"))
