"""Products that are bought often: which order earns for it, and what is counted towards the next.

An order counts for as many days as the rule says, its own day among them; the one that earns does
not count itself, and counting starts from zero after it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.programs.conditions import basis_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from processors.accounts.account import Account
    from processors.accounts.items import Order
    from processors.programs import model
    from processors.programs.calendars import Calendar

    Counting = Callable[[str, Order, Account], list[tuple[str, str | None]]]


def won(streak: str, sku: str) -> str:
    """How an order remembers what it won, among the promotions that it met."""
    return f"{streak}/{sku}"


def skus_of(order: Order, basis: model.Basis) -> list[str]:
    """Products of an order of which anything is kept."""
    takes = basis_of(basis, None).takes
    return sorted({line.sku for line in order.lines if line.kept_minor > 0 and takes(line)})


def streaking(
    version: model.Version, calendar: Calendar
) -> Callable[[Order, Account], tuple[str, ...]] | None:
    """What an order wins, by the orders before it; None where nothing is to be won."""
    if not version.streaks:
        return None

    def winning(order: Order, account: Account) -> tuple[str, ...]:
        return tuple(
            won(name, sku)
            for name, streak in sorted(version.streaks.items())
            for sku in skus_of(order, streak.basis)
            if len(_before(name, sku, streak, order, account, calendar)) >= streak.orders
        )

    return winning


def counting(version: model.Version, calendar: Calendar) -> Counting:
    """Marks to be put when an order has come: the orders that count towards the next win."""

    def marks(order_id: str, order: Order, account: Account) -> list[tuple[str, str | None]]:
        found: list[tuple[str, str | None]] = []
        for name, streak in sorted(version.streaks.items()):
            for sku in skus_of(order, streak.basis):
                before = _before(name, sku, streak, order, account, calendar)
                fresh = won(name, sku) in order.frozen.promotions
                counted = [] if fresh else [*before, order_id]
                found.append((_mark(name, sku), "\n".join(counted) or None))
        return found

    return marks


def _mark(name: str, sku: str) -> str:
    return f"streak/{name}/{sku}"


def _before(
    name: str,
    sku: str,
    streak: model.Streak,
    order: Order,
    account: Account,
    calendar: Calendar,
) -> list[str]:
    """Orders that still count: kept, and begun no longer ago than the rule's days."""
    today = calendar.day(order.time)
    found: list[str] = []
    for order_id in (account.marks.get(_mark(name, sku)) or "").split("\n"):
        earlier = account.orders.get(order_id)
        if earlier is None or sku not in skus_of(earlier, streak.basis):
            continue
        if today - calendar.day(earlier.time) < streak.within_days:
            found.append(order_id)
    return found
