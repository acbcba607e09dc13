"""A seeded, realistic stream of events, and the facts that an independent model needs.

Heavy-tailed members, a campaign in June, returns, referrals, reviews, redemptions, aliases; and
what goes wrong: repeats, conflicts, late and too late ones, rubbish, wrong partitions.
Members fall into groups, so that what happens to one is always plain: `shop` members are the ones
whose events come late, and they redeem nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.story.mishaps import Mishaps
from tests.story.telling import BEGIN, DAY, END

if TYPE_CHECKING:
    from datetime import timedelta

__all__ = ["END", "Story"]


class Story(Mishaps):
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
        super().__init__(seed, members, pace or (END - BEGIN - 3 * DAY) / events)
        self.held: list[tuple[str, str]] = []
        self.waiting: list[tuple[str, str]] = []
        self.invited: set[str] = set()
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
