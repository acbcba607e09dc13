"""Lots of points: how they are given, released, taken, given back and lost.

Semantics, sections 3.7, 4 and 5. Works on a draft; knows no event.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from processors.accounts.consumption import in_order
from processors.accounts.items import Lot, Order, Part, Referral
from processors.accounts.lasting import ends_at
from schemas.accounts import is_member
from schemas.ledger import Leg

if TYPE_CHECKING:
    from collections.abc import Iterable

    from processors.accounts.draft import Draft
    from processors.programs.compiled import Rule


class Origin(Struct, frozen=True, gc=False):
    """What points are given for, and the version and business time that set their dates."""

    owner: str
    version: str
    time: int
    fixed: bool = False
    """True when the end of the points is named by hand."""


def lot_id(owner: str, rule: str) -> str:
    """A lot's name: what it was given for and by which rule."""
    return f"{owner}/{rule}"


def own_name(draft: Draft, name: str, unit: str) -> str:
    """The name, unless what a merged member was given in another unit has it."""
    lot = draft.account.lots.get(name)
    return name if lot is None or lot.unit == unit else f"{name}/{unit}"


def pend(draft: Draft, rule: Rule, amount: int, origin: Origin, release_at: int | None) -> None:
    """Give points that wait: until an instant, or (None) until an event sets one."""
    name = own_name(draft, lot_id(origin.owner, rule.id), rule.unit)
    lot = draft.account.lots.get(name)
    if lot is None:
        lot = _new_lot(draft, rule, origin, amount, release_at)
    else:
        lot = replace(lot, pending=lot.pending + amount, release_at=release_at)
    draft.put("lots", name, lot)
    draft.post("points.pended", rule.unit, (Leg("issuer", "pending", amount, name),), rule.id)


def earn(draft: Draft, rule: Rule, amount: int, origin: Origin) -> None:
    """Give points that can be spent at once; debt is filled first."""
    expires_at = ends_at(draft, rule, origin.version, origin.time)
    credit(draft, "points.earned", "issuer", rule, amount, origin, expires_at)


def credit(
    draft: Draft,
    kind: str,
    source: str,
    rule: Rule,
    amount: int,
    origin: Origin,
    expires_at: int | None,
) -> None:
    """Make points available from `source`, as one entry: debt first, the rest becomes a lot."""
    name = own_name(draft, lot_id(origin.owner, rule.id), rule.unit)
    paid = min(amount, draft.totals(rule.unit).debt)
    legs: tuple[Leg, ...] = ()
    if paid:
        legs = (Leg(source, "debt", paid, name),)  # type: ignore[arg-type]  # a Bucket
    rest = amount - paid
    if rest:
        lot = draft.account.lots.get(name) or _new_lot(draft, rule, origin)
        lot = replace(lot, available=lot.available + rest, expires_at=expires_at)
        draft.put("lots", name, lot)
        legs = (*legs, Leg(source, "available", rest, name))  # type: ignore[arg-type]
    draft.post(kind, rule.unit, legs, rule.id)


def _new_lot(
    draft: Draft, rule: Rule, origin: Origin, pending: int = 0, release_at: int | None = None
) -> Lot:
    return Lot(
        rule.unit,
        rule.id,
        origin.owner,
        origin.time,
        origin.version,
        0,
        pending,
        0,
        release_at,
        fixed=origin.fixed,
        origin=merged_subject(draft),
    )


def merged_subject(draft: Draft) -> str | None:
    """The member whose own event this is, if he was merged into this one."""
    subject = draft.item.subject
    return None if subject == draft.account.id or not is_member(subject) else subject


def release(draft: Draft, name: str, amount: int | None = None, at: int | None = None) -> None:
    """Make a lot's pending points available; their expiry clock starts now, or started `at`.

    What became available before keeps its date: the rest makes a lot of its own beside it.
    """
    lot = draft.account.lots[name]
    amount = lot.pending if amount is None else amount
    rule = draft.program.version(lot.version).rules[lot.rule]
    ends = ends_at(draft, rule, lot.version, draft.time if at is None else at)
    if (lot.available or lot.reserved) and lot.expires_at != ends:
        keep(draft, name, replace(lot, pending=lot.pending - amount, release_at=None))
        name = _beside(draft, name)
        lot = replace(lot, available=0, reserved=0, pending=amount)
    paid = min(amount, draft.totals(lot.unit).debt)
    rest = amount - paid
    legs: list[Leg] = []
    if paid:
        legs.append(Leg("pending", "debt", paid, name))
    if rest:
        legs.append(Leg("pending", "available", rest, name))
    keep(
        draft,
        name,
        replace(
            lot,
            pending=lot.pending - amount,
            available=lot.available + rest,
            release_at=None if amount == lot.pending else lot.release_at,
            expires_at=ends,
        ),
    )
    draft.post("points.released", lot.unit, tuple(legs), lot.rule)


def _beside(draft: Draft, name: str) -> str:
    place = 2
    while f"{name}/{place}" in draft.account.lots:
        place += 1
    return f"{name}/{place}"


def keep(draft: Draft, name: str, lot: Lot) -> None:
    """Put a lot, or drop it when nothing is left in it."""
    empty = not (lot.available or lot.pending or lot.reserved)
    draft.put("lots", name, None if empty else lot)


def draw(draft: Draft, unit: str, amount: int, into: str) -> tuple[Part, ...]:
    """Move available points into `reserved` or out of the account. Posts nothing itself.

    Returns what was taken from which lot. Raises AssertionError when the lots hold less.
    """
    parts: list[Part] = []
    left = amount
    for name, lot in in_order(draft, unit):
        if not left:
            break
        taken = min(left, lot.available)
        reserved = lot.reserved + (taken if into == "reserved" else 0)
        keep(draft, name, replace(lot, available=lot.available - taken, reserved=reserved))
        parts.append(Part(name, taken, mould(lot)))
        left -= taken
    assert left == 0, "more points are drawn than the lots hold"
    return tuple(parts)


def mould(lot: Lot) -> Lot:
    """The lot without its amounts: what is needed to make it again."""
    return replace(lot, available=0, pending=0, reserved=0, release_at=None)


def legs_of(parts: Iterable[Part], source: str, target: str) -> tuple[Leg, ...]:
    """One leg for each part."""
    return tuple(
        Leg(source, target, part.amount, part.lot)  # type: ignore[arg-type]  # both are Buckets
        for part in parts
    )


def expire(draft: Draft, names: Iterable[str], reason: str) -> None:
    """End what is available in these lots: one entry per unit."""
    legs: dict[str, list[Leg]] = {}
    rules: dict[str, list[str]] = {}
    for name in names:
        lot = draft.account.lots[name]
        if not lot.available:
            continue
        legs.setdefault(lot.unit, []).append(Leg("available", "expired", lot.available, name))
        rules.setdefault(lot.unit, []).append(lot.rule)
        _note_lapse(draft, lot, lot.available)
        keep(draft, name, replace(lot, available=0))
    for unit, moved in legs.items():
        draft.post("points.expired", unit, tuple(moved), rules[unit][0], reason=reason)


def _note_lapse(draft: Draft, lot: Lot, amount: int) -> None:
    kind, _, key = lot.owner.partition("/")
    order: Order | None = draft.account.orders.get(key) if kind == "order" else None
    if order is not None:
        lapsed = {**order.lapsed, lot.rule: order.lapsed.get(lot.rule, 0) + amount}
        draft.put("orders", key, replace(order, lapsed=lapsed))
    referral: Referral | None = draft.account.referrals.get(key) if kind == "referral" else None
    if referral is not None:
        draft.put("referrals", key, replace(referral, lapsed=referral.lapsed + amount))
