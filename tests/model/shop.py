"""One member of a simple program, as semantics.md reads: orders, lots, debts, redemptions.

Slow and obvious on purpose. What differs between programs stands in `rules.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.model.things import FOR_EVER, Line, Lot, Order, Redemption, spread

if TYPE_CHECKING:
    from datetime import datetime

    from tests.model.rules import Rules


@dataclass
class Shopper:
    """Everything about one member."""

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

    # --- orders

    def buy(self, order_id: str, order: Order) -> None:
        """A new order earns what it is worth."""
        self.orders[order_id] = order
        for rule, amount in self.rules.worth(order).items():
            if not amount:
                continue
            order.granted[rule] = amount
            lot = Lot(order_id, rule, order.time, self.rules.ends(order.time))
            self.lots.append(lot)
            release = self.rules.release(order.time)
            if release is None:
                self.add(lot, amount)
            else:
                lot.pending, lot.release = amount, release

    def refund(self, order_id: str, parts: dict[str, tuple[int, int]], custom: int) -> str:
        """Take back what a refund is worth. `parts` are amounts and units by line."""
        order = self.orders[order_id]
        if order.cancelled:
            return "order_closed"
        lines = {name: Line(**vars(line)) for name, line in order.lines.items()}
        for name, (amount, units) in parts.items():
            if amount > lines[name].amount:
                return "over_refund"
            lines[name].amount -= amount
            lines[name].units = max(0, lines[name].units - units)
        if custom > sum(line.amount for line in lines.values()):
            return "over_refund"
        if self.rules.custom == "spread":
            spread(lines, custom)
        before = order.lines
        order.lines = lines
        self.settle(order_id, order, before)
        return "accepted"

    def cancel(self, order_id: str) -> str:
        """A refund of everything that is kept."""
        order = self.orders[order_id]
        if order.cancelled:
            return "order_closed"
        before = order.lines
        order.lines = {name: Line(line.sku, line.category, 0, 0) for name, line in before.items()}
        self.settle(order_id, order, before)
        order.cancelled = True
        return "accepted"

    def settle(self, order_id: str, order: Order, before: dict[str, Line]) -> None:
        """Take what the refund mode says."""
        mode = self.rules.mode(order.time)
        held = dict(order.granted)
        if mode == "none":
            return
        if mode == "whole_order":
            owed = held
        elif mode == "per_refund_floor":
            owed = held if not order.goods else self.worth_of_part(order, before, held)
        else:
            worth = self.rules.worth(order)
            owed = {rule: amount - worth.get(rule, 0) for rule, amount in held.items()}
        for rule in sorted(owed):
            order.granted[rule] = held[rule] - owed[rule]
            self.take(order_id, order, rule, owed[rule])

    def worth_of_part(
        self, order: Order, before: dict[str, Line], held: dict[str, int]
    ) -> dict[str, int]:
        """The refunded part priced on its own, never more than the order still has."""
        part = {
            name: Line(
                was.sku,
                was.category,
                was.amount - order.lines[name].amount,
                was.units - order.lines[name].units,
            )
            for name, was in before.items()
        }
        worth = self.rules.worth(Order(order.time, part))
        return {rule: min(amount, worth.get(rule, 0)) for rule, amount in held.items()}

    def take(self, order_id: str, order: Order, rule: str, amount: int) -> None:
        """Own pending, own lots, what has lapsed, other lots, and then the program's policy."""
        policy = self.rules.negative(order.time)
        own = [lot for lot in self.lots if (lot.order, lot.rule) == (order_id, rule)]
        for lot in own:
            part = min(amount, lot.pending)
            lot.pending -= part
            lot.release = lot.release if lot.pending else None
            amount -= part
        if policy == "only_pending":
            return
        for lot in own:
            amount -= self.take_available(lot, amount)
        lapsed = min(amount, order.lapsed.get(rule, 0))
        if lapsed:
            order.lapsed[rule] -= lapsed
            amount -= lapsed
        for lot in self.in_order():
            amount -= self.take_available(lot, amount)
        if policy == "carry":
            self.debt += amount
            self.earned -= amount

    def take_available(self, lot: Lot, amount: int) -> int:
        """As much as the lot has."""
        part = min(amount, lot.available)
        lot.available -= part
        self.earned -= part
        return part

    def in_order(self) -> list[Lot]:
        """Soonest end first, then earliest earned."""
        return sorted(self.lots, key=lambda lot: (lot.ends, lot.earned))

    # --- redemptions and activities

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
        zone = self.rules.zone
        closed = item.closed.astimezone(zone).date()
        if item.closed != FOR_EVER and (now.astimezone(zone).date() - closed).days >= 730:
            return "too_late"
        return None if item.state == state else "redemption_closed"

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
