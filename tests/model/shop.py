"""One member of a simple program, as semantics.md reads: orders, lots, debts, redemptions.

Slow and obvious on purpose. What differs between programs stands in `rules.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.model.things import Line, Lot, Order, spread
from tests.model.wallet import Wallet

if TYPE_CHECKING:
    from datetime import datetime


class Shopper(Wallet):
    """Everything about one member."""

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

    def shut(self, order: Order, now: datetime) -> str | None:
        """Why an order cannot be changed: it is cancelled, or 730 days old."""
        if order.cancelled:
            return "order_closed"
        return "too_late" if self.long_ago(order.time, now) else None

    def refund(
        self, order_id: str, parts: dict[str, tuple[int, int]], custom: int, now: datetime
    ) -> str:
        """Take back what a refund is worth. `parts` are amounts and units by line."""
        order = self.orders[order_id]
        shut = self.shut(order, now)
        if shut is not None:
            return shut
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

    def cancel(self, order_id: str, now: datetime) -> str:
        """A refund of everything that is kept."""
        order = self.orders[order_id]
        shut = self.shut(order, now)
        if shut is not None:
            return shut
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
