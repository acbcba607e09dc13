"""What one member of a simple program holds: lots, debts, redemptions, as semantics.md reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.model.things import FOR_EVER, Lot, Order, Redemption

if TYPE_CHECKING:
    from datetime import datetime

    from tests.model.rules import Rules


@dataclass
class Wallet:
    """Points, and what they are set aside for."""

    rules: Rules
    orders: dict[str, Order] = field(default_factory=dict)
    lots: list[Lot] = field(default_factory=list)
    redemptions: dict[str, Redemption] = field(default_factory=dict)
    activities: list[tuple[datetime, int]] = field(default_factory=list)
    reserved: int = 0
    debt: int = 0
    earned: int = 0
    redeemed: int = 0
    expired: int = 0

    def balance(self) -> dict[str, int]:
        """What the member's balance must say."""
        return {
            "available": sum(lot.available for lot in self.lots),
            "pending": sum(lot.pending for lot in self.lots),
            "reserved": self.reserved,
            "debt": self.debt,
            "lifetime_earned": self.earned,
            "lifetime_redeemed": self.redeemed,
            "lifetime_expired": self.expired,
        }

    def pass_time(self, now: datetime) -> None:
        """Expiries and releases up to now, in their order."""
        while True:
            dues = [lot.ends for lot in self.lots if lot.available]
            dues += [lot.release for lot in self.lots if lot.release is not None]
            due = min(dues, default=FOR_EVER)
            if due > now:
                return
            for lot in self.lots:
                if lot.available and lot.ends <= due:
                    order = self.orders[lot.order]
                    order.lapsed[lot.rule] = order.lapsed.get(lot.rule, 0) + lot.available
                    self.expired += lot.available
                    lot.available = 0
            for lot in self.lots:
                if lot.release is not None and lot.release <= due:
                    amount, lot.pending, lot.release = lot.pending, 0, None
                    self.add(lot, amount)

    def add(self, lot: Lot, amount: int) -> None:
        """Points become available: what is owed is paid first."""
        paid = min(amount, self.debt)
        self.debt -= paid
        self.earned += amount
        lot.available += amount - paid

    def take_available(self, lot: Lot, amount: int) -> int:
        """As much as the lot has."""
        part = min(amount, lot.available)
        lot.available -= part
        self.earned -= part
        return part

    def in_order(self) -> list[Lot]:
        """Soonest end first, then earliest earned."""
        return sorted(self.lots, key=lambda lot: (lot.ends, lot.earned))

    def redeem(self, name: str, amount: int, now: datetime) -> str:
        """Set points aside, or spend them at once."""
        if amount > self.balance()["available"]:
            return "insufficient_balance"
        parts: list[tuple[Lot, int]] = []
        left = amount
        for lot in self.in_order():
            part = min(left, lot.available)
            if part:
                lot.available -= part
                left -= part
                parts.append((lot, part))
        self.redemptions[name] = Redemption(amount, parts, "reserved")
        self.reserved += amount
        if self.rules.immediate:
            self.commit(name, now)
        return "accepted"

    def missing(self, name: str, state: str, now: datetime) -> str | None:
        """Why a redemption cannot be closed: what was closed 730 days ago is forgotten."""
        item = self.redemptions.get(name)
        if item is None:
            return "unknown_redemption"
        if item.closed != FOR_EVER and self.long_ago(item.closed, now):
            return "too_late"
        return None if item.state == state else "redemption_closed"

    def long_ago(self, then: datetime, now: datetime) -> bool:
        """True when 730 local days have passed."""
        zone = self.rules.zone
        return (now.astimezone(zone).date() - then.astimezone(zone).date()).days >= 730

    def commit(self, name: str, now: datetime) -> str:
        """What was set aside is spent."""
        refusal = self.missing(name, "reserved", now)
        if refusal is not None:
            return refusal
        item = self.redemptions[name]
        item.state, item.closed = "committed", now
        self.reserved -= item.amount
        self.redeemed += item.amount
        return "accepted"

    def close(self, name: str, how: str, now: datetime) -> str:
        """Give points back: before they were spent (`released`), or after (`reversed`)."""
        refusal = self.missing(name, "reserved" if how == "released" else "committed", now)
        if refusal is not None:
            return refusal
        item = self.redemptions[name]
        item.state, item.closed = how, now
        if how == "released":
            self.reserved -= item.amount
        else:
            self.redeemed -= item.amount
        for lot, amount in item.parts:
            paid = min(amount, self.debt)
            self.debt -= paid
            if lot.ends <= now:
                order = self.orders[lot.order]
                order.lapsed[lot.rule] = order.lapsed.get(lot.rule, 0) + amount - paid
                self.expired += amount - paid
            else:
                lot.available += amount - paid
        return "accepted"

    def act(self, quantity: int, now: datetime) -> None:
        """An activity that earns its quantity."""
        order_id = f"activity/{len(self.activities)}"
        self.activities.append((now, quantity))
        self.orders[order_id] = Order(now, {})
        lot = Lot(order_id, "activity", now, FOR_EVER)
        self.lots.append(lot)
        self.add(lot, quantity)
