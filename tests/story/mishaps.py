"""What goes wrong: repeats, conflicts, early and ancient events, rubbish, wrong partitions."""

from __future__ import annotations

from tests.story.outcomes import event_id
from tests.story.poison import POISON
from tests.story.telling import DAY, TOPICS, Raw, Telling


class Mishaps(Telling):
    """A story in which things go wrong, and how many of each."""

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
