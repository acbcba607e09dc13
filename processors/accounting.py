"""What outstanding points are worth, and how much of each sale is deferred (semantics, section 10).

A sale's price is split between the goods and the points by their stand-alone values: deferred =
price x worth / (price + worth), with worth = points x value x the share that is expected to be
redeemed (ASC 606, IFRS 15). Released so far is deferred x redeemed / (issued x the share expected
now), at most all of it. A later share splits no earlier sale again; a refund does, on what is kept,
at the sale's own share. Exact inside; a reported figure rounds half up to the minor unit.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from processors.accounts.evolve import DECODERS
from processors.accounts.items import Order
from processors.programs.figures import rounded

if TYPE_CHECKING:
    from processors.programs.compiled import Accounting, Program, Version
    from schemas.ledger import LedgerRecord

OUTSTANDING = ("available", "pending", "reserved")


class Sale(NamedTuple):
    """What one order defers, and the points that it still holds, by unit."""

    deferred_minor: dict[str, Fraction]
    issued: dict[str, int]


class Figures(NamedTuple):
    """One unit's figures; points in smallest steps, money in minor units."""

    outstanding: int
    value_minor: int
    deferred_minor: int
    released_minor: int
    billed_minor: int


class Books:
    """A fold of ledger records, of any number of partitions in any order between them."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.sales: dict[tuple[str, str], Sale] = {}
        self.outstanding: dict[str, int] = {}
        self.redeemed: dict[str, int] = {}
        self.latest = 0
        """The latest business time of any record."""

    def take(self, record: LedgerRecord) -> None:
        """Take one record: its entries, and the orders that it changed."""
        if record.cause is not None:
            self.latest = max(self.latest, record.cause.time)
        for entry in record.entries:
            for leg in entry.legs:
                for bucket, amount in ((leg.source, -leg.amount), (leg.target, leg.amount)):
                    self._move(entry.unit, bucket, amount)
        for change in record.changes:
            if change.collection == "orders" and record.account is not None:
                order = DECODERS["orders"].decode(change.value)
                # What is forgotten after its time stays a sale.
                if isinstance(order, Order):
                    owner = order.origin or record.account
                    self.sales[owner, change.key] = self._sale(order)

    def _move(self, unit: str, bucket: str, amount: int) -> None:
        if bucket in OUTSTANDING:
            self.outstanding[unit] = self.outstanding.get(unit, 0) + amount
        elif bucket == "redeemed":
            self.redeemed[unit] = self.redeemed.get(unit, 0) + amount

    def _sale(self, order: Order) -> Sale:
        version = self.program.version(order.version)
        price = sum(line.kept_minor for line in order.lines if line.kind == "goods")
        issued: dict[str, int] = {}
        for rule, amount in order.granted.items():
            unit = version.rules[rule].unit
            issued[unit] = issued.get(unit, 0) + amount
        deferred = {
            unit: _deferred(price, points, version.accounting[unit])
            for unit, points in issued.items()
            if unit in version.accounting
        }
        return Sale(deferred, issued)

    def figures(self, at: int) -> dict[str, Figures]:
        """Every unit's figures, by the version in force at an instant."""
        version = self.program.version_at(at)
        return {unit: self._figures(unit, version) for unit in version.accounting}

    def _figures(self, unit: str, version: Version) -> Figures:
        terms = version.accounting[unit]
        held, used = self.outstanding.get(unit, 0), self.redeemed.get(unit, 0)
        deferred = Fraction()
        for sale in self.sales.values():
            deferred += sale.deferred_minor.get(unit, 0)
        issued = sum(sale.issued.get(unit, 0) for sale in self.sales.values())
        released = Fraction()
        if terms.share is not None and issued:
            released = min(deferred, deferred * used / (issued * Fraction(*terms.share)))
        value = Fraction(*terms.value_minor)
        return Figures(
            held,
            _money(held * value),
            _money(deferred - released),
            _money(released),
            _money(used * value) if terms.billing else 0,
        )


def _deferred(price_minor: int, points: int, terms: Accounting) -> Fraction:
    if terms.share is None:
        return Fraction()
    worth = points * Fraction(*terms.value_minor) * Fraction(*terms.share)
    return price_minor * worth / (price_minor + worth) if worth else Fraction()


def _money(amount: Fraction) -> int:
    return rounded(amount.numerator, amount.denominator, "half_up")
