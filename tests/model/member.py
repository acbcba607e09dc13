"""One member of the starter program, as the rules read: points, lots, tier, rewards."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.model.dates import HOUR, days_later, thirteenth_month
from tests.model.held import Lot, Order, Redemption, Review

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
SILVER, GOLD = 50_000, 200_000


@dataclass
class Member:
    """Everything about one member."""

    name: str
    lots: dict[str, Lot] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    redemptions: dict[str, Redemption] = field(default_factory=dict)
    reviews: dict[str, Review] = field(default_factory=dict)
    referrals: dict[str, tuple[str, str, int]] = field(default_factory=dict)
    gifts: list[datetime] = field(default_factory=list)
    debt: int = 0
    earned: int = 0
    redeemed: int = 0
    expired: int = 0
    tier: str = "bronze"
    first_order: bool = False

    @property
    def available(self) -> int:
        """Points that can be spent."""
        return sum(lot.available for lot in self.lots.values())

    @property
    def pending(self) -> int:
        """Points that wait."""
        return sum(lot.pending for lot in self.lots.values())

    @property
    def reserved(self) -> int:
        """Points set aside."""
        return sum(lot.reserved for lot in self.lots.values())

    @property
    def spend(self) -> int:
        """Goods kept this year; the story lies within one."""
        return sum(order.goods for order in self.orders.values() if not order.cancelled)

    def eligible(self) -> dict[str, int]:
        """What is open to the member now."""
        found = {"five_off": int(self.available >= 500), "ten_off": int(self.available >= 900)}
        found |= {"silver_gift": len(self.gifts), "gold_concierge": int(self.tier == "gold")}
        return {name: count for name, count in found.items() if count}

    # --- time

    def next_due(self) -> datetime | None:
        """The next instant at which something happens by itself."""
        found = [lot.release for lot in self.lots.values() if lot.pending and lot.release]
        found += [lot.ends for lot in self.lots.values() if lot.available]
        found += [r.hold for r in self.redemptions.values() if r.state == "reserved" and r.hold]
        found += [r.approve for r in self.reviews.values() if r.state == "pending" and r.approve]
        return min([*found, *self.gifts], default=None)

    def pass_time(self, until: datetime) -> None:
        """Let everything happen that is due by then."""
        while (due := self.next_due()) is not None and due <= until:
            for lot in list(self.lots.values()):
                if lot.available and lot.ends <= due:
                    self.expired += lot.available
                    lot.available = 0
            for lot in list(self.lots.values()):
                if lot.pending and lot.release is not None and lot.release <= due:
                    self.release(lot, due)
            for item in self.redemptions.values():
                if item.state == "reserved" and item.hold is not None and item.hold <= due:
                    item.state = "released"
                    self.give_back(item, due)
            for review in self.reviews.values():
                if review.state == "pending" and review.approve and review.approve <= due:
                    self.approve(review, due)
            self.gifts = [ends for ends in self.gifts if ends > due]

    # --- points

    def add(self, lot: Lot, amount: int, now: datetime) -> None:
        """Make points available: what is owed is paid first."""
        paid = min(amount, self.debt)
        self.debt -= paid
        self.earned += amount
        if amount - paid:
            lot.available += amount - paid
            lot.ends = thirteenth_month(now)

    def release(self, lot: Lot, now: datetime) -> None:
        """What waited becomes available."""
        amount, lot.pending, lot.release = lot.pending, 0, None
        self.add(lot, amount, now)

    def lot(self, name: str, now: datetime) -> Lot:
        """The lot of this name, a new one if there is none."""
        return self.lots.setdefault(name, Lot(name, now))

    def in_order(self) -> list[Lot]:
        """Soonest end first, then earliest earned."""
        return sorted(self.lots.values(), key=lambda lot: (lot.ends, lot.earned, lot.name))

    def take(self, amount: int, own: list[str]) -> None:
        """Take points back: own pending, own lots, others, then debt."""
        mine = [self.lots[name] for name in own if name in self.lots]
        for lot in mine:
            part = min(amount, lot.pending)
            lot.pending -= part
            amount -= part
        for lot in [*mine, *self.in_order()]:
            part = min(amount, lot.available)
            lot.available -= part
            self.earned -= part
            amount -= part
        self.debt += amount
        self.earned -= amount

    def draw(self, amount: int) -> list[tuple[Lot, int]]:
        """Set points aside."""
        parts: list[tuple[Lot, int]] = []
        for lot in self.in_order():
            part = min(amount, lot.available)
            if part:
                lot.available -= part
                lot.reserved += part
                parts.append((lot, part))
                amount -= part
        return parts

    def give_back(self, item: Redemption, now: datetime, *, spent: bool = False) -> None:
        """Points of a redemption go back to their lots, debts first."""
        for lot, part in item.parts:
            if spent:
                self.redeemed -= part
            else:
                lot.reserved -= part
            paid = min(part, self.debt)
            self.debt -= paid
            if lot.ends <= now:
                self.expired += part - paid
            else:
                lot.available += part - paid

    def approve(self, review: Review, now: datetime) -> None:
        """A review's points become available."""
        review.state, review.approve = "approved", None
        for lot in self.lots.values():
            if lot.name.startswith("review") and lot.release is None and lot.pending:
                owner = lot.name.split("/")[1]
                if self.reviews[owner] is review:
                    self.release(lot, now)

    # --- tier

    def judge(self, now: datetime) -> None:
        """The tier follows what was spent; entering silver or gold brings a gift."""
        spend = self.spend
        tier = "gold" if spend >= GOLD else "silver" if spend >= SILVER else "bronze"
        if self.tier == "bronze" and tier != "bronze":
            self.gifts.append(days_later(now, 60))
        elif tier == "bronze":
            self.gifts = [] if self.tier != "bronze" else self.gifts
        self.tier = tier

    def reprice(self, order_id: str, now: datetime) -> None:
        """Give or take the difference between what an order is worth and what it has given."""
        order = self.orders[order_id]
        more = order.worth - order.granted
        order.granted = order.worth
        name = f"order/{order_id}/base"
        release = days_later(order.time, 14)
        if more > 0 and release <= now:
            self.add(self.lot(name, order.time), more, now)
        elif more > 0:
            lot = self.lot(name, order.time)
            lot.pending, lot.release = lot.pending + more, release
        elif more < 0:
            self.take(-more, [name])


DAY_HOLD = 24 * HOUR
