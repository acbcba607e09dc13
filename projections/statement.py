"""A member's statement: every entry in ledger order, with what it left available."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from projections.erasure import erases
from projections.units import figures_of, written
from schemas.values import format_instant

if TYPE_CHECKING:
    from schemas.ledger import Entry, LedgerRecord


class Line(NamedTuple):
    """One entry as a bookkeeper reads it."""

    member_sequence: int
    time: str
    kind: str
    unit: str
    amount: str
    change: str
    """What the entry adds to the available points, with its sign."""
    rule: str
    reason: str | None
    cause_type: str
    cause_id: str
    available: str
    """Available after the whole record."""


View = dict[str, tuple[Line, ...]]
"""The lines of each member that was asked for."""


def fold(view: View, record: LedgerRecord) -> tuple[View, tuple[Line, ...]]:
    """Take the view over, and add the record's lines to those of its member."""
    name = record.account
    if name is None or name not in view:
        return view, ()
    lines = lines_of(record)
    view[name] = lines if erases(record) else view[name] + lines
    return view, lines


def lines_of(record: LedgerRecord) -> tuple[Line, ...]:
    """One line for each entry."""
    figures, cause = figures_of(record), record.cause
    if cause is None:
        return ()
    made = []
    for entry in record.entries:
        unit = figures.balances.get(entry.unit)
        made.append(
            Line(
                record.member_sequence or 0,
                format_instant(cause.time),
                entry.kind,
                entry.unit,
                written(figures, entry.unit, entry.amount),
                written(figures, entry.unit, change_of(entry)),
                entry.rule,
                entry.reason,
                cause.type,
                cause.id,
                "" if unit is None else unit.available,
            )
        )
    return tuple(made)


def change_of(entry: Entry) -> int:
    """What the entry adds to the available points."""
    gained = sum(leg.amount for leg in entry.legs if leg.target == "available")
    return gained - sum(leg.amount for leg in entry.legs if leg.source == "available")
