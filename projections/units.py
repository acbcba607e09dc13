"""Amounts of a record as people read them.

A record keeps whole numbers of the unit's smallest step. How many places the unit has stands in
the record's own balance, whose figures are written with exactly that many.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec import UNSET, Struct

from schemas.values import format_amount

if TYPE_CHECKING:
    from schemas.ledger import LedgerRecord


class UnitFigures(Struct, frozen=True):
    """The figures of one unit that a reader of the ledger needs."""

    available: str
    pending: str
    reserved: str
    debt: str
    delta_available: str = "0"


class TierFigures(Struct, frozen=True):
    """Where a member stands on one ladder."""

    tier: str
    until: str | None = None
    progress: str | None = None


class Figures(Struct, frozen=True):
    """A record's balance."""

    balances: dict[str, UnitFigures] = {}
    tiers: dict[str, TierFigures] = {}


DECODER = msgspec.json.Decoder(Figures)
NO_FIGURES = Figures()


def figures_of(record: LedgerRecord) -> Figures:
    """The balance after the record; empty where the record does not change one."""
    return NO_FIGURES if record.balance is UNSET else DECODER.decode(record.balance)


def places(figures: Figures, unit: str) -> int:
    """How many decimal places the unit has."""
    known = figures.balances.get(unit)
    return 0 if known is None else len(known.available.partition(".")[2])


def written(figures: Figures, unit: str, amount: int) -> str:
    """The amount with the unit's places."""
    return format_amount(amount, places(figures, unit))
