"""A seeded, realistic stream of events, and the facts that an independent model needs.

Heavy-tailed members, a campaign in June, returns, referrals, reviews, redemptions, aliases; and
what goes wrong: repeats, conflicts, late and too late ones, rubbish, wrong partitions.
Members fall into groups, so that what happens to one is always plain: `shop` members are the ones
whose events come late, and they redeem nothing.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from tests.model.book import Fact
from tests.story.outcomes import event_id
from tests.story.poison import POISON

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


class Story:
    """Events in the order of their arrival, and what is true of them."""

    def __init__(
        self,
        seed: int,
        events: int,
        members: int,
        *,
        plain: bool = False,
        pace: timedelta | None = None,
    ) -> None:
        """`plain` is orders and returns alone, for large loads.

        `pace` lies between two events; without it they fill all the time there is.
        """
        self.chance = random.Random(seed)
        self.members = members
        self.now = BEGIN
        self.pace = pace or (END - BEGIN - 3 * DAY) / events
        self.records: list[Raw] = []
        self.facts: list[Fact] = []
        self.expected: Counter[str] = Counter()
        """How many inputs must be duplicates, conflicting, dead-lettered (by reason), too late."""
        self.too_late: set[str] = set()
        """The ids of events that come after the horizon."""
        self.orders: dict[str, list[tuple[str, dict[str, int]]]] = {}
        self.held: list[tuple[str, str]] = []
        self.waiting: list[tuple[str, str]] = []
        self.invited: set[str] = set()
        self.numbers = iter(range(10**9))
        self.last: list[tuple[Raw, dict[str, Any]]] = []
        makers = [(self.purchase, 52), (self.refund, 9), (self.review, 8), (self.redeem, 8)]
        makers += [(self.close, 7), (self.invite, 3), (self.adjust, 2), (self.moderate, 2)]
        makers += [(self.named, 1), (self.repeat, 3), (self.clash, 1), (self.twice, 1)]
        makers += [(self.rubbish, 1), (self.stray, 1), (self.ancient, 1), (self.early, 1)]
        if plain:
            makers = makers[:2]
        actions = [maker for maker, weight in makers for _ in range(weight)]
        while len(self.records) < events:
            quick = 0.3 if self.now.month == 6 else 1.15
            self.now += self.pace * (quick * 2 * self.chance.random())
            self.chance.choice(actions)()

    # --- saying something

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

    # --- what members do

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

    def purchase(self) -> None:
        """An order; those of `shop` members now and then come late."""
        group = self.chance.choice(["shop", "shop", "spend", "spend", "friend"])
        member, data = self.who(group), self.basket()
        time = None
        if group == "shop" and self.chance.random() < 0.06:
            time = max(BEGIN, self.now - self.chance.random() * 20 * DAY)
        if group == "spend" and self.held and self.chance.random() < 0.1:
            member, data["redemption_id"] = self.held.pop()
        self.say(member, "commerce.purchase.completed", data, time=time)
        self.remember(member, data)

    def refund(self) -> None:
        """Some lines, a custom amount, everything, or more than there is."""
        member = self.chance.choice([*self.orders]) if self.orders else None
        if member is None:
            return
        order_id, goods = self.chance.choice(self.orders[member][-4:])
        refund: dict[str, Any] = {"refund_id": self.number("R"), "order_id": order_id}
        how = self.chance.random()
        if how < 0.1:
            self.say(member, "commerce.purchase.cancelled", {"order_id": order_id})
            return
        line, amount = self.chance.choice([*goods.items()])
        if how < 0.6:
            part = amount if self.chance.random() < 0.5 else max(1, amount // 3)
            refund["lines"] = [{"line_id": line, "amount_minor": part}]
        elif how < 0.95:
            refund["amount_minor"] = max(1, sum(goods.values()) // 5)
        else:
            refund["lines"] = [{"line_id": line, "amount_minor": amount + 1_000_000}]
        self.say(member, "commerce.purchase.refunded", refund)

    def early(self) -> None:
        """A return that arrives before its order."""
        member, data = self.who("spend"), self.basket()
        bought = self.now
        self.wait(5)
        line = data["lines"][0]
        share = data.get("order_discount_minor", 0)
        part = max(1, (line["amount_minor"] - share) // 3)
        refund = {
            "refund_id": self.number("R"),
            "order_id": data["order_id"],
            "lines": [{"line_id": line["line_id"], "amount_minor": part}],
        }
        self.say(member, "commerce.purchase.refunded", refund)
        self.expected["parked"] += 1
        self.say(member, "commerce.purchase.completed", data, time=bought)
        self.remember(member, data)

    def review(self) -> None:
        """A review; a third of them wait for a moderator."""
        member = self.who("spend")
        data: dict[str, Any] = {
            "review_id": self.number("V"),
            "sku": f"S{self.chance.randrange(60)}",
            "rating": self.chance.randint(1, 5),
            "verified": self.chance.random() < 0.9,
            "has_media": self.chance.random() < 0.4,
        }
        if self.chance.random() < 0.33:
            data["moderation"] = "pending"
        self.waiting.append((member, data["review_id"]))
        self.say(member, "engagement.review.submitted", data)

    def moderate(self) -> None:
        """A moderator decides, or a review is removed later."""
        if self.waiting:
            member, name = self.chance.choice(self.waiting[-20:])
            action = self.chance.choice(["approved", "rejected", "removed"])
            self.say(member, f"engagement.review.{action}", {"review_id": name})

    def redeem(self) -> None:
        """Ask for a reward, or for an amount."""
        member = self.who("spend")
        data: dict[str, Any] = {"redemption_id": self.number("X")}
        if self.chance.random() < 0.5:
            data |= {"reward_id": self.chance.choice(["five_off", "ten_off"])}
            data |= {"order_total_minor": self.chance.choice([2000, 5000]), "currency": "USD"}
        else:
            data["amount"] = str(self.chance.choice([50, 100, 150, 75]))
        self.held.append((member, data["redemption_id"]))
        self.say(member, "loyalty.redemption.requested", data)

    def close(self) -> None:
        """Commit, release or reverse; some redemptions time out by themselves."""
        if self.held:
            member, name = self.chance.choice(self.held[-6:])
            how = self.chance.choice(["committed", "committed", "released", "reversed"])
            self.say(member, f"loyalty.redemption.{how}", {"redemption_id": name})

    def invite(self) -> None:
        """A friend joins, once, before the first order; or names the host on that order."""
        friend = f"friend-new{next(self.numbers)}"
        host = self.who("shop")
        if self.chance.random() < 0.5:
            data = {"referral_id": self.number("F"), "referrer": host}
            self.say(friend, "engagement.referral.joined", data)
            self.wait(9)
            order = self.basket()
        else:
            order = self.basket() | {"referrer": host}
        self.say(friend, "commerce.purchase.completed", order)
        self.remember(friend, order)

    def adjust(self) -> None:
        """A gesture of goodwill, or its opposite."""
        data = {
            "adjustment_id": self.number("J"),
            "unit": "points",
            "amount": str(self.chance.choice([50, 100, 250, -40])),
            "reason": "care",
            "operator": "desk",
        }
        self.say(self.who(self.chance.choice(["shop", "spend"])), "loyalty.points.adjusted", data)

    def named(self) -> None:
        """A member who is known by telephone; at times the order comes before the name."""
        number = next(self.numbers)
        member, alias = f"alias-{number}", f"phone:+1206{number:07d}"
        enrolled = {"aliases": [alias]}
        first = self.chance.random() < 0.5
        if first:
            self.say(member, "loyalty.member.enrolled", enrolled)
            self.wait(30)
        data = self.basket()
        typed = f"phone:(206) {number:07d}"[:0] or alias.replace("+1", "+1 ")
        self.say(member, "commerce.purchase.completed", data, subject=typed)
        if not first:
            self.expected["claimed"] += 1
            self.wait(180)
            self.say(member, "loyalty.member.enrolled", enrolled)

    # --- what goes wrong

    def repeat(self) -> None:
        """The same event, delivered again."""
        if self.last:
            raw, _ = self.chance.choice(self.last)
            self.again(raw)
            self.expected["duplicate"] += 1

    def twice(self) -> None:
        """One order reported by the till as well, under another identity."""
        orders = [event for _, event in self.last if event["type"].endswith("completed.v1")]
        plain = [event for event in orders if ":" not in event["subject"]]
        if plain:
            event = {**self.chance.choice(plain), "id": self.number("t"), "source": "till"}
            data = {**event.pop("data"), "channel": "store"}
            self.records.append(self.pack(event, data, self.now))
            self.expected["duplicate"] += 1

    def clash(self) -> None:
        """The identity of an event with another payload."""
        plain = [event for _, event in self.last if event["type"].endswith("adjusted.v1")]
        if plain:
            event = {**self.chance.choice(plain)}
            data = {**event.pop("data"), "amount": "999999"}
            self.records.append(self.pack(event, data, self.now))
            self.expected["conflicting"] += 1

    def again(self, raw: Raw) -> None:
        """Send a record once more, now."""
        self.records.append(raw._replace(timestamp_ms=int(self.now.timestamp() * 1000)))

    def rubbish(self) -> None:
        """What nobody can read."""
        reason = self.chance.choice([*POISON])
        headers = (("content-type", b"application/cloudevents+json"),)
        stamp = int(self.now.timestamp() * 1000)
        topic = self.chance.choice(sorted(set(TOPICS.values())))
        self.records.append(Raw(topic, self.who("shop"), POISON[reason], headers, stamp))
        self.expected[f"dead:{reason}"] += 1

    def stray(self) -> None:
        """An order on a partition where its member does not live."""
        data = self.basket()
        member = self.who("shop")
        raw = self.say(member, "commerce.purchase.completed", data)
        self.records[-1] = raw._replace(stray=True)
        self.remember(member, data)
        self.expected["stray"] += 1

    def ancient(self) -> None:
        """An order that comes six weeks late: refused."""
        data, member = self.basket(), self.who("shop")
        time = self.now - 42 * DAY
        raw = self.say(member, "commerce.purchase.completed", data, time=time, counts=False)
        self.too_late.add(event_id(raw))
        self.expected["too_late"] += 1


def dump(value: object) -> bytes:
    """JSON."""
    return json.dumps(value, separators=(",", ":")).encode()
