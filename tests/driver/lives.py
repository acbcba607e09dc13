"""Random lives under any program: events made of the words that its file knows.

What a program's rules ask for (products, tenders, channels, attributes, plans, activities, rewards)
is read from the file, so every rule gets its chance, and so does what no rule asks for.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from schemas.values import format_instant
from tests.driver.traffic import DAY, HOUR
from tests.driver.words import Speaker

if TYPE_CHECKING:
    from processors.programs.model import ProgramFile
    from tests.driver.traffic import Sent

BEFORE = timedelta(days=120)


class Lives(Speaker):
    """Makes events of some members, some hours or days apart, across the newest version's start."""

    def __init__(self, file: ProgramFile, seed: int, members: int = 4) -> None:
        newest = max(version.effective_from for version in file.versions.values())
        start = datetime(newest.year, newest.month, newest.day, 12, tzinfo=UTC)
        super().__init__(file, seed, members, int((start - BEFORE).timestamp()) * 1_000_000)
        self.orders: list[tuple[str, str, dict[str, int]]] = []
        self.held: list[tuple[str, str]] = []
        self.asked: list[tuple[str, str]] = []

    def make(self, count: int, *, spend: bool = True, others: bool = True) -> list[Sent]:
        """`count` events in order of their time.

        `spend=False` leaves out whatever uses points or rewards up, `others=False` whatever one
        member does to another.
        """
        makers = [self.purchase] * 8 + [self.refund] * 3
        makers += [self.activity, self.review, self.moderate, self.profile, self.membership]
        makers += [self.progress, self.opt_in, self.choose, self.adjust, self.survey]
        if spend:
            makers += [self.redeem, self.redeem, self.close, self.close, self.use]
        if others:
            makers += [self.referral, self.recognise]
        for who in self.members:
            self.enrol(who)
        while len(self.sent) < count:
            self.now += self.chance.randrange(10, 72 * 60) * 60_000_000
            self.chance.choice(makers)()
        return self.sent

    def enrol(self, who: str) -> None:
        """A member joins."""
        month, day = self.chance.randrange(1, 13), self.chance.randrange(1, 29)
        data: dict[str, object] = {"birthday": f"{month:02d}-{day:02d}"}
        data["attributes"] = self.attributes("member")
        self.say("loyalty.member.enrolled.v1", who, data)

    def profile(self) -> None:
        """Something about a member changes."""
        self.say(
            "loyalty.member.profile_changed.v1",
            self.who(),
            {"attributes": self.attributes("member")},
        )

    def purchase(self) -> None:
        """An order of one to three lines."""
        who, order = self.who(), f"O{len(self.sent)}"
        lines: list[dict[str, object]] = []
        for number in range(self.chance.randrange(1, 4)):
            line: dict[str, object] = {
                "line_id": str(number),
                "sku": self.word("skus", "thing"),
                "amount_minor": self.chance.choice([350, 999, 2_000, 5_050, 20_000, 75_000]),
                "quantity": self.chance.randrange(1, 4),
                "category": self.word("categories"),
                "product_class": self.word("product_classes"),
            }
            if number == 2:
                line["kind"] = self.chance.choice(["shipping", "tip", "gift_card"])
            lines.append(line)
        total = sum(int(str(line["amount_minor"])) for line in lines)
        kinds = [self.word("only", "card"), "cash"]
        first = self.chance.choice([total, total // 3])
        data: dict[str, object] = {
            "order_id": order,
            "currency": self.word("currencies", "USD") if "currencies" in self.words else "USD",
            "lines": lines,
            "tenders": [
                {"kind": kind, "amount_minor": amount}
                for kind, amount in zip(kinds, (first, total - first), strict=True)
                if amount
            ],
            "channel": self.word("channels", "online"),
            "attributes": self.attributes("order"),
            "paid": self.chance.random() < 0.9,
        }
        goods = {
            str(line["line_id"]): int(str(line["amount_minor"]))
            for line in lines
            if "kind" not in line
        }
        self.orders.append((who, order, goods))
        self.say("commerce.purchase.completed.v1", who, data)

    def refund(self) -> None:
        """A part or all of an order."""
        if not self.orders:
            return
        who, order, goods = self.chance.choice(self.orders[-8:])
        line, amount = self.chance.choice(list(goods.items()))
        part = amount if self.chance.random() < 0.4 else amount // 3
        lines = [{"line_id": line, "amount_minor": part}]
        data: dict[str, object] = {
            "refund_id": f"R{len(self.sent)}",
            "order_id": order,
            "lines": lines,
        }
        self.say("commerce.purchase.refunded.v1", who, data)

    def progress(self) -> None:
        """An order is paid, shipped, delivered too late, or cancelled."""
        if self.orders:
            who, order, _ = self.chance.choice(self.orders[-8:])
            step = self.chance.choice(["paid", "shipped", "delivered", "cancelled"])
            data: dict[str, object] = {"order_id": order}
            if step == "delivered":
                data["promised_at"] = format_instant(self.now - HOUR)
            self.say(f"commerce.purchase.{step}.v1", who, data)

    def activity(self) -> None:
        """Something that is counted or earns."""
        quantity = self.chance.choice(["1", "12.5", "70", "30000"])
        data: dict[str, object] = {"activity": self.word("activity", "walk"), "quantity": quantity}
        self.say("engagement.activity.recorded.v1", self.who(), data)

    def review(self) -> None:
        """A review that waits or does not."""
        name, who = f"V{len(self.sent)}", self.who()
        waits = self.chance.random() < 0.5
        self.asked.append((who, name))
        data: dict[str, object] = {
            "review_id": name,
            "sku": f"S{self.chance.randrange(6)}",
            "rating": 5,
            "verified": self.chance.random() < 0.9,
            "has_media": self.chance.random() < 0.5,
            "moderation": "pending" if waits else "approved",
        }
        self.say("engagement.review.submitted.v1", who, data)

    def moderate(self) -> None:
        """A review is approved, rejected or removed."""
        if self.asked:
            who, name = self.chance.choice(self.asked[-6:])
            how = self.chance.choice(["approved", "rejected", "removed"])
            self.say(f"engagement.review.{how}.v1", who, {"review_id": name})

    def survey(self) -> None:
        """An answer to a survey."""
        data: dict[str, object] = {
            "survey_id": f"N{len(self.sent)}",
            "score": self.chance.randrange(11),
        }
        self.say("engagement.nps.answered.v1", self.who(), data)

    def membership(self) -> None:
        """A plan starts, is renewed, or ends."""
        how = self.chance.choice(["started", "renewed", "lapsed", "cancelled"])
        data: dict[str, object] = {"plan": self.word("plan")}
        if how in {"started", "renewed"}:
            data["paid_until"] = format_instant(self.now + 40 * DAY)
        self.say(f"loyalty.membership.{how}.v1", self.who(), data)

    def opt_in(self) -> None:
        """A challenge is taken up."""
        self.say(
            "loyalty.promotion.opted_in.v1", self.who(), {"promotion_id": self.word("promotions")}
        )

    def choose(self) -> None:
        """A day of one's own is chosen."""
        day = datetime.fromtimestamp(self.now / 1_000_000, UTC) + timedelta(days=3)
        self.say("loyalty.bonus_day.chosen.v1", self.who(), {"date": f"{day:%Y-%m-%d}"})

    def adjust(self) -> None:
        """A goodwill gesture."""
        if self.words.get("units"):
            data: dict[str, object] = {
                "adjustment_id": f"J{len(self.sent)}",
                "unit": self.word("units", str(self.words["units"][0])),
                "amount": str(self.chance.randrange(1, 300)),
                "reason": "care",
                "operator": "desk",
            }
            self.say("loyalty.points.adjusted.v1", self.who(), data)

    def redeem(self) -> None:
        """Points are asked for a reward or an amount."""
        who, name = self.who(), f"X{len(self.sent)}"
        data: dict[str, object] = {"redemption_id": name, "order_total_minor": 50_000}
        if self.chance.random() < 0.5:
            data["reward_id"] = self.word("rewards", "nothing")
        else:
            data["amount"] = self.chance.choice(["1", "20", "100"])
        self.held.append((who, name))
        self.say("loyalty.redemption.requested.v1", who, data)

    def close(self) -> None:
        """A redemption ends."""
        if self.held:
            who, name = self.chance.choice(self.held[-5:])
            how = self.chance.choice(["committed", "released", "reversed"])
            self.say(f"loyalty.redemption.{how}.v1", who, {"redemption_id": name})

    def use(self) -> None:
        """A granted reward is used."""
        self.say(
            "loyalty.entitlement.used.v1",
            self.who(),
            {"reward_id": self.word("rewards", "nothing")},
        )

    def referral(self) -> None:
        """Somebody joins by somebody's invitation, and may complete it."""
        friend, host = self.chance.sample(self.members, 2)
        name = f"F{len(self.sent)}"
        for step in ("joined", "completed"):
            data: dict[str, object] = {"referral_id": name, "referrer": host}
            self.say(f"engagement.referral.{step}.v1", friend, data)

    def recognise(self) -> None:
        """A member thanks another."""
        giver, other = self.chance.sample(self.members, 2)
        data: dict[str, object] = {"recognition_id": f"G{len(self.sent)}", "to": other}
        data["amount"] = str(self.chance.randrange(0, 60))
        self.say("engagement.recognition.given.v1", giver, data)
