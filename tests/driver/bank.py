"""The toy engine with points: an `add` earns them, a `give` sends them through in transit.

What is given beyond the balance becomes debt, and what is received fills debt first. Each account
has one lot. Balances are published by the real projections.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec import Raw

from processors.accounts.account import Account, Totals
from processors.accounts.assign import assign, move
from processors.accounts.items import Lot
from processors.inputs import NeedsHistory, Step
from projections.outputs import outputs
from schemas.ledger import Change, Entry, LedgerRecord, Leg
from tests.driver import toy
from tests.driver.toy_step import toy_of

if TYPE_CHECKING:
    from processors.inputs import History, Input
    from processors.partition import Engine
    from processors.programs.compiled import Program

UNIT = "points"
LOT = "all"
SORTED = msgspec.json.Encoder(order="sorted")


def engine() -> Engine:
    """The toy engine with points and real outputs."""
    return toy.engine()._replace(step=step, outputs=outputs)


def step(
    account: Account, item: Input, program: Program, history: History | None = None
) -> Step | NeedsHistory:
    """Decide as the toy does, then post the points."""
    answer = toy.step(account, item, program, history)
    if isinstance(answer, NeedsHistory):
        return answer
    record = answer.record
    if record.member_sequence is None:
        return answer
    totals = answer.account.totals.get(UNIT, Totals())
    before = totals.available
    legs = _legs(item, totals) if record.outcome == "accepted" else ()
    if legs:
        _post(answer.account, record, legs)
    record.balance = _balance(answer.account, before)
    return answer


def _legs(item: Input, totals: Totals) -> tuple[Leg, ...]:
    if item.type.startswith("transfer"):
        return _credit("in_transit", int(item.event), totals)
    if item.type != "toy":
        return ()
    said = toy_of(item)
    if said.do == "add":
        return _credit("issuer", said.amount, totals)
    if said.do != "give":
        return ()
    own = min(said.amount, totals.available)
    legs = (Leg("available", "in_transit", own, LOT), Leg("debt", "in_transit", said.amount - own))
    return tuple(leg for leg in legs if leg.amount)


def _credit(source: str, amount: int, totals: Totals) -> tuple[Leg, ...]:
    paid = min(amount, totals.debt)
    legs = (Leg(source, "debt", paid), Leg(source, "available", amount - paid, LOT))  # type: ignore[arg-type]
    return tuple(leg for leg in legs if leg.amount)


def _post(account: Account, record: LedgerRecord, legs: tuple[Leg, ...]) -> None:
    amount = sum(leg.amount for leg in legs)
    record.entries = (Entry(amount, "points.transferred", legs, "toy", UNIT),)
    move(account, UNIT, legs)
    available = account.totals[UNIT].available
    lot = Lot(UNIT, "toy", "toy", 0, "v1", available=available) if available else None
    assign(account, "lots", LOT, lot)
    changed = (*record.changes, Change("lots", LOT, Raw(SORTED.encode(lot))))
    record.changes = tuple(sorted(changed, key=lambda change: (change.collection, change.key)))


def _balance(account: Account, before: int) -> Raw:
    totals = account.totals.get(UNIT, Totals())
    figures = {
        "available": totals.available,
        "debt": totals.debt,
        "delta_available": totals.available - before,
        "lifetime_earned": totals.earned,
        "lifetime_expired": totals.expired,
        "lifetime_redeemed": totals.redeemed,
        "pending": totals.pending,
        "reserved": totals.reserved,
    }
    unit: dict[str, object] = {name: str(figure) for name, figure in figures.items()}
    unit["expiring"] = []
    return Raw(SORTED.encode({"balances": {UNIT: unit}, "tiers": {}}))
