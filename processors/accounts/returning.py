"""Points that come back to their own lots, with their old dates (semantics, sections 5 and 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from processors.accounts.lasting import made_again, overdue
from processors.accounts.lots import expire, keep, own_name
from schemas.ledger import Leg

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from processors.accounts.draft import Draft
    from processors.accounts.items import Part


def give_back(
    draft: Draft, kind: str, unit: str, parts: Sequence[Part], source: str, rule: str
) -> None:
    """Return drawn points to their own lots with their own dates; the dead ones die at once.

    `source` is `reserved` or `redeemed`. Debt is filled first.
    """
    put_back(draft, kind, unit, parts, source, rule)
    let_lapse(draft, [own_name(draft, part.lot, unit) for part in parts])


def put_back(
    draft: Draft, kind: str, unit: str, parts: Sequence[Part], source: str, rule: str
) -> None:
    """Return drawn points to their own lots, also to those whose time is over. Debt comes first."""
    debt = draft.totals(unit).debt
    legs: list[Leg] = []
    for part in parts:
        name = own_name(draft, part.lot, unit)
        paid = min(part.amount, debt)
        debt -= paid
        rest = part.amount - paid
        if paid:
            legs.append(Leg(source, "debt", paid, name))  # type: ignore[arg-type]
        if rest:
            legs.append(Leg(source, "available", rest, name))  # type: ignore[arg-type]
        lot = draft.account.lots.get(name) or made_again(draft, part.mould)
        reserved = lot.reserved - (part.amount if source == "reserved" else 0)
        keep(draft, name, replace(lot, available=lot.available + rest, reserved=reserved))
    draft.post(kind, unit, tuple(legs), rule)


def let_lapse(draft: Draft, names: Iterable[str]) -> None:
    """End what is available in lots whose time is over, by the reason of each."""
    dead: dict[str, list[str]] = {}
    for name in dict.fromkeys(names):
        lot = draft.account.lots.get(name)
        reason = None if lot is None else overdue(draft, lot)
        if reason is not None:
            dead.setdefault(reason, []).append(name)
    for reason, lapsed in dead.items():
        expire(draft, lapsed, reason)
