"""A seeded life at a till, told to the engine and to a model: orders, returns, redemptions."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from schemas.inputs import INPUTS
from tests.driver.traffic import Sent, cloud_event
from tests.model.shop import Shopper
from tests.model.things import Line, Order

if TYPE_CHECKING:
    from tests.model.rules import Rules

PURCHASE = "commerce.purchase."
REDEMPTION = "loyalty.redemption."
GOODS = [("latte", "drink"), ("tea", "drink"), ("croissant", "pastry"), ("mug", "thing")]


@dataclass
class Till:
    """Makes one event after the other. The model hears what a reader of the event would."""

    rules: Rules
    seed: int
    members: dict[str, Shopper] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.now = datetime(self.rules.first, 1, 2, 9, 0, tzinfo=UTC)
        self.count = 0
        self.members = {name: Shopper(self.rules) for name in ("ana", "ben")}

    def next(self) -> tuple[Sent, str, str]:
        """An event, whose it is, and what must come of it."""
        hours = self.rules.years * 8_000 // 250
        self.now += timedelta(minutes=self.chance.randrange(30, 120 * hours))
        who = self.chance.choice(list(self.members))
        member = self.members[who]
        member.pass_time(self.now)
        self.count += 1
        acts = [self.buy] * 4 + [self.refund] * 3 + [self.cancel]
        if self.rules.redeems:
            acts += [self.redeem] * 2 + [self.close] * 2
        if self.rules.unit == "miles":
            acts = [self.fly] * 4 + [self.redeem] * 2 + [self.close] * 2
        kind, data, expected = self.chance.choice(acts)(member)
        at = int(self.now.timestamp()) * 1_000_000
        value = cloud_event(kind, f"e{self.count}", who, at, data)
        return Sent(INPUTS[kind].topic, who, at, value, at), who, expected

    def buy(self, member: Shopper) -> tuple[str, dict[str, object], str]:
        """One to three lines."""
        name = f"O{self.count}"
        lines: dict[str, Line] = {}
        for place in range(self.chance.randrange(1, 4)):
            sku, category = self.chance.choice(GOODS)
            amount = self.chance.choice([99, 350, 499, 500, 1_050, 2_999, 60_000, 150_000])
            lines[f"L{place}"] = Line(sku, category, amount, self.chance.randrange(1, 4))
        data: dict[str, object] = {
            "order_id": name,
            "currency": self.rules.currency,
            "lines": [
                {
                    "line_id": line_id,
                    "sku": line.sku,
                    "category": line.category,
                    "amount_minor": line.amount,
                    "quantity": line.units,
                }
                for line_id, line in lines.items()
            ],
        }
        member.buy(name, Order(self.now, lines))
        return f"{PURCHASE}completed.v1", data, "accepted"

    def refund(self, member: Shopper) -> tuple[str, dict[str, object], str]:
        """Part of a line, all of it, or an amount that belongs to none."""
        if not member.orders:
            return self.buy(member)
        name, order = self.chance.choice(list(member.orders.items())[-6:])
        data: dict[str, object] = {"refund_id": f"R{self.count}", "order_id": name}
        parts: dict[str, tuple[int, int]] = {}
        custom = 0
        if self.chance.random() < 0.25:
            custom = self.chance.choice([1, 100, 777, 20_000])
            data["amount_minor"] = custom
        else:
            line_id, line = self.chance.choice(list(order.lines.items()))
            amount = self.chance.choice([line.amount, line.amount // 3, 350, 100])
            units = self.chance.choice([line.units, 1])
            parts[line_id] = amount, units
            part: dict[str, object] = {"line_id": line_id, "amount_minor": amount}
            if units != line.units or not units:
                part["quantity"] = max(1, units)
                parts[line_id] = amount, max(1, units)
            data["lines"] = [part]
        return f"{PURCHASE}refunded.v1", data, member.refund(name, parts, custom, self.now)

    def cancel(self, member: Shopper) -> tuple[str, dict[str, object], str]:
        """All of an order."""
        if not member.orders:
            return self.buy(member)
        name = self.chance.choice(list(member.orders)[-6:])
        return f"{PURCHASE}cancelled.v1", {"order_id": name}, member.cancel(name, self.now)

    def redeem(self, member: Shopper) -> tuple[str, dict[str, object], str]:
        """A reward, or an amount."""
        name = f"X{self.count}"
        data: dict[str, object] = {"redemption_id": name}
        amount = self.rules.price
        if self.rules.reward is not None:
            data["reward_id"] = self.rules.reward
        else:
            amount = self.chance.choice([1, 10, 100, 1_500])
            data["amount"] = str(amount)
        return f"{REDEMPTION}requested.v1", data, member.redeem(name, amount, self.now)

    def close(self, member: Shopper) -> tuple[str, dict[str, object], str]:
        """Commit, release or reverse."""
        name = self.chance.choice([*list(member.redemptions)[-4:], "nobody knows"])
        how = self.chance.choice(["committed", "released", "reversed"])
        data: dict[str, object] = {"redemption_id": name}
        outcome = (
            member.commit(name, self.now)
            if how == "committed"
            else member.close(name, how, self.now)
        )
        return f"{REDEMPTION}{how}.v1", data, outcome

    def fly(self, member: Shopper) -> tuple[str, dict[str, object], str]:
        """Some miles."""
        miles = self.chance.choice([500, 4_000, 12_000])
        member.act(miles, self.now)
        data: dict[str, object] = {"activity": "flight", "quantity": str(miles)}
        return "engagement.activity.recorded.v1", data, "accepted"
