"""Taking points back that were given: own pending, own lots, other lots, then the policy.

Semantics, section 5: the order's own pending points; what is left of its own lots; other lots in
consumption order; then `balance.negative`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from processors.accounts.consumption import in_order
from processors.accounts.lots import keep
from processors.accounts.returning import let_lapse
from schemas.ledger import Leg

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from processors.accounts.draft import Draft


def take_back(
    draft: Draft,
    unit: str,
    amount: int,
    own: Sequence[str],
    rule: str,
    policy: str,
    make_room: Callable[[Draft, str, int], list[str]] | None = None,
) -> None:
    """Take back `amount` given as the lots `own`. `make_room` may undo vouchers when lots lack.

    What they return is taken first, and what is left of it ends if its time is over.
    """
    left = amount - _take_pending(draft, unit, amount, own, rule)
    if not left or policy == "only_pending":
        return
    legs: list[Leg] = []
    for name in own:
        left -= _take_available(draft, name, left, legs)
    short = left - draft.totals(unit).available + sum(leg.amount for leg in legs)
    returned = make_room(draft, unit, short) if short > 0 and make_room is not None else []
    for name in own if returned else ():
        left -= _take_available(draft, name, left, legs)
    legs += _from_all(draft, unit, left, policy)
    draft.post("points.reversed", unit, tuple(legs), rule)
    let_lapse(draft, returned)


def take_away(draft: Draft, kind: str, unit: str, amount: int, rule: str) -> None:
    """Take `amount`, given by nothing in particular, as one negative entry of `kind`.

    Where a refund makes no debt, this takes no more than there is.
    """
    policy = "carry" if draft.version.negative == "carry" else "floor_zero"
    legs = _from_all(draft, unit, amount, policy)
    draft.post(kind, unit, tuple(legs), rule, amount=-sum(leg.amount for leg in legs))


def _from_all(draft: Draft, unit: str, amount: int, policy: str) -> list[Leg]:
    """From any lots, in consumption order, and what then lacks from debt, if that is carried."""
    legs: list[Leg] = []
    left = amount
    for name, _ in in_order(draft, unit) if left else ():
        left -= _take_available(draft, name, left, legs)
    if left and policy == "carry":
        legs.append(Leg("debt", "issuer", left))
    return legs


def _take_pending(draft: Draft, unit: str, amount: int, own: Sequence[str], rule: str) -> int:
    legs: list[Leg] = []
    left = amount
    for name in own:
        lot = draft.account.lots.get(name)
        taken = min(left, lot.pending) if lot is not None else 0
        if lot is not None and taken:
            keep(draft, name, replace(lot, pending=lot.pending - taken))
            legs.append(Leg("pending", "issuer", taken, name))
            left -= taken
    draft.post("points.cancelled", unit, tuple(legs), rule)
    return amount - left


def _take_available(draft: Draft, name: str, most: int, legs: list[Leg]) -> int:
    lot = draft.account.lots.get(name)
    taken = min(most, lot.available) if lot is not None else 0
    if lot is not None and taken:
        keep(draft, name, replace(lot, available=lot.available - taken))
        legs.append(Leg("available", "issuer", taken, name))
    return taken
