"""All members together: each event in the order of its business time, effects on others at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from tests.model.dates import days_later, local_date
from tests.model.held import Order, Review
from tests.model.member import Member
from tests.model.requests import Requests

if TYPE_CHECKING:
    from datetime import datetime

FRIEND, REFERRER = 200, 300
MINIMUM = 2500
MOST_REFERRALS = 10
MOST_DAYS = 180
"""An order can be returned for so long."""


class Fact(NamedTuple):
    """One event that counts: no repeat, nothing unreadable, nothing too late."""

    time: datetime
    order: int
    """Of arrival."""
    member: str
    kind: str
    data: dict[str, Any]


class Book(Requests):
    """The truth about everybody."""

    def __init__(self) -> None:
        self.members: dict[str, Member] = {}
        self.refused: list[Fact] = []

    def member(self, name: str) -> Member:
        """A member, known from now on."""
        return self.members.setdefault(name, Member(name))

    def play(self, facts: list[Fact], end: datetime) -> None:
        """Apply all facts in the order of their time, and let time pass to the end."""
        for fact in sorted(facts, key=lambda fact: (fact.time, fact.order)):
            member = self.member(fact.member)
            member.pass_time(fact.time)
            what = fact.kind.removesuffix(".v1").rpartition(".")[0].rpartition(".")[2]
            action = fact.kind.removesuffix(".v1").rpartition(".")[2]
            if getattr(self, f"{what}_{action}")(member, fact.time, fact.data) is False:
                self.refused.append(fact)
        for member in self.members.values():
            member.pass_time(end)

    # --- purchases

    def purchase_completed(self, member: Member, now: datetime, data: dict[str, Any]) -> None:
        """Points at the tier's rate, then the tier; the first order decides a referral."""
        goods = [line for line in data["lines"] if line.get("kind", "goods") == "goods"]
        kept = {line["line_id"]: line["amount_minor"] for line in goods}
        discount = data.get("order_discount_minor", 0)
        if discount:
            kept = spread_off(kept, discount)
        tenders = data.get("tenders")
        total = sum(tender["amount_minor"] for tender in tenders) if tenders else 1
        lost = sum(
            tender["amount_minor"]
            for tender in tenders or ()
            if tender["kind"] in {"points", "voucher"}
        )
        order = Order(now, kept, (total - lost, total), member.tier)
        member.orders[data["order_id"]] = order
        wanted = member.redemptions.get(data.get("redemption_id", ""))
        if wanted is not None and wanted.state == "reserved":
            self.commit(member, wanted)
        member.reprice(data["order_id"], now)
        member.judge(now)
        self.first_order(member, now, data["order_id"], data.get("referrer"))

    def first_order(
        self, member: Member, now: datetime, order_id: str, referrer: str | None
    ) -> None:
        """A referral counts on the first order, from 25.00 of goods on."""
        first, member.first_order = not member.first_order, True
        joined = [name for name, (state, _, _) in member.referrals.items() if state == "joined"]
        if not first or (referrer is None and not joined):
            return
        name = joined[0] if joined else f"order-{order_id}"
        other = member.referrals[name][1] if joined else referrer
        assert other is not None
        if other == member.name:
            return
        order = member.orders[order_id]
        if order.goods < MINIMUM:
            member.referrals[name] = ("ineligible", other, 0)
            return
        member.referrals[name] = ("qualified", other, FRIEND)
        order.referral = name
        self.reward(member, f"referral/{name}/referral_friend", FRIEND, now)
        host = self.member(other)
        host.pass_time(now)
        key = f"{member.name}/{name}"
        given = [k for k, (state, _, _) in host.referrals.items() if state == "hosted"]
        if len(given) < MOST_REFERRALS:
            host.referrals[key] = ("hosted", member.name, REFERRER)
            self.reward(host, f"referral/{key}/referral_referrer", REFERRER, now)

    def reward(self, member: Member, name: str, amount: int, now: datetime) -> None:
        """Points that wait for the return window."""
        lot = member.lot(name, now)
        lot.pending, lot.release = amount, days_later(now, 14)

    def purchase_refunded(self, member: Member, now: datetime, data: dict[str, Any]) -> bool | None:
        """What is kept is priced again; below 25.00 a referral falls."""
        order = member.orders.get(data["order_id"])
        if order is None or order.cancelled or now >= days_later(order.time, MOST_DAYS):
            return False
        parts = {line["line_id"]: line["amount_minor"] for line in data.get("lines", ())}
        if any(order.kept.get(name, 0) < amount for name, amount in parts.items()):
            return False
        kept = {name: amount - parts.get(name, 0) for name, amount in order.kept.items()}
        custom = data.get("amount_minor", 0)
        if custom > sum(kept.values()):
            return False
        order.kept = spread_off(kept, custom) if custom else kept
        self.settle(member, data["order_id"], now)
        return None

    def purchase_cancelled(
        self, member: Member, now: datetime, data: dict[str, Any]
    ) -> bool | None:
        """Nothing is kept."""
        order = member.orders.get(data["order_id"])
        if order is None or order.cancelled or now >= days_later(order.time, MOST_DAYS):
            return False
        order.kept = dict.fromkeys(order.kept, 0)
        self.settle(member, data["order_id"], now)
        order.cancelled = True
        return None

    def settle(self, member: Member, order_id: str, now: datetime) -> None:
        """After a return: points, tier, referral."""
        order = member.orders[order_id]
        member.reprice(order_id, now)
        member.judge(now)
        name = order.referral
        if name is None or order.goods >= MINIMUM or member.referrals[name][0] != "qualified":
            return
        _, other, amount = member.referrals[name]
        member.referrals[name] = ("cancelled", other, 0)
        member.take(amount, [f"referral/{name}/referral_friend"])
        host, key = self.member(other), f"{member.name}/{name}"
        host.pass_time(now)
        if host.referrals.get(key, ("",))[0] == "hosted":
            host.referrals[key] = ("cancelled", member.name, 0)
            host.take(REFERRER, [f"referral/{key}/referral_referrer"])

    # --- referrals and reviews

    def referral_joined(self, member: Member, now: datetime, data: dict[str, Any]) -> bool | None:
        """The friend came by somebody's invitation; nobody invites himself."""
        del now
        if data["referrer"] == member.name:
            return False
        member.referrals[data["referral_id"]] = ("joined", data["referrer"], 0)
        return None

    def review_submitted(self, member: Member, now: datetime, data: dict[str, Any]) -> bool | None:
        """Twenty points, ten more with a photo; verified, once a product, once a day."""
        day = str(local_date(now))
        counted = [r for r in member.reviews.values() if r.state in {"pending", "approved"}]
        if (
            not data["verified"]
            or any(review.sku == data["sku"] for review in counted)
            or any(review.day == day for review in counted)
        ):
            return False
        waits = data.get("moderation", "approved") == "pending"
        approve = days_later(now, 7) if waits else None
        state = "pending" if waits else "approved"
        points = 30 if data.get("has_media") else 20
        name = data["review_id"]
        member.reviews[name] = Review(data["sku"], state, day, points, approve)
        for rule, amount in (("review", 20), ("review_photo", points - 20)):
            if amount:
                lot = member.lot(f"review/{name}/{rule}", now)
                if waits:
                    lot.pending = amount
                else:
                    member.add(lot, amount, now)
        return None

    def review_approved(self, member: Member, now: datetime, data: dict[str, Any]) -> None:
        """Its points become available."""
        review = member.reviews.get(data["review_id"])
        if review is not None and review.state == "pending":
            member.approve(review, now)

    def review_rejected(self, member: Member, now: datetime, data: dict[str, Any]) -> None:
        """Its points go back."""
        del now
        review = member.reviews.get(data["review_id"])
        if review is not None and review.state in {"pending", "approved"}:
            review.state = "gone"
            name = data["review_id"]
            member.take(20, [f"review/{name}/review"])
            if review.points > 20:
                member.take(10, [f"review/{name}/review_photo"])

    review_removed = review_rejected

    def member_enrolled(self, member: Member, now: datetime, data: dict[str, Any]) -> None:
        """Known from now on; the story names no referrer here."""


def spread_off(kept: dict[str, int], amount: int) -> dict[str, int]:
    """Take an amount off lines in proportion: largest remainder, earlier lines first."""
    whole = sum(kept.values())
    cuts = {name: part * amount // whole for name, part in kept.items()}
    left = amount - sum(cuts.values())
    names = list(kept)
    names.sort(key=lambda name: (-(kept[name] * amount % whole), list(kept).index(name)))
    for name in names[:left]:
        cuts[name] += 1
    return {name: part - cuts[name] for name, part in kept.items()}
