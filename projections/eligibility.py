"""Eligibility: rewards that became open to a member, were withdrawn, used up or ran out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import UNSET, Struct, UnsetType

from projections.envelope import ELIGIBILITY, Output, encode, headers_of, start_of
from schemas.accounts import is_member
from schemas.values import format_instant

if TYPE_CHECKING:
    from schemas.ledger import Eligibility, LedgerRecord

View = dict[str, dict[str, int]]
"""How many are open now, by member and eligibility id."""


class Reward(Struct, frozen=True, gc=False):
    """The fields of an eligibility event behind the common ones."""

    eligibility_id: str
    quantity: int
    reason: str
    reward_id: str
    valid_from: str
    valid_until: str | UnsetType = UNSET


def kind_of(change: Eligibility) -> str:
    """The type of the event, as on the wire."""
    return f"loyalty.eligibility.{change.change}.v1"


def made_by(record: LedgerRecord) -> tuple[Output, ...]:
    """One event for each change of a reward, counted within its kind."""
    sequence, cause, account = record.member_sequence, record.cause, record.account
    if not record.eligibility or sequence is None or cause is None or account is None:
        return ()
    if not is_member(account):
        return ()
    start, key = start_of(record, cause, sequence), account.encode()
    counts: dict[str, int] = {}
    made: list[Output] = []
    for change in record.eligibility:
        kind = kind_of(change)
        index = counts.get(kind, 0)
        counts[kind] = index + 1
        value = start + b"," + encode(_reward(change))[1:]
        headers = headers_of(record, cause, sequence, kind, index)
        made.append(Output(ELIGIBILITY, key, value, headers))
    return tuple(made)


def _reward(change: Eligibility) -> Reward:
    until = change.valid_until
    return Reward(
        change.eligibility_id,
        change.quantity,
        change.reason,
        change.reward_id,
        format_instant(change.valid_from),
        UNSET if until is None else format_instant(until),
    )


def fold(view: View, record: LedgerRecord) -> tuple[View, tuple[Output, ...]]:
    """Take the view over, and keep how many of each are open."""
    for change in record.eligibility:
        held = view.setdefault(record.account or "", {})
        sign = 1 if change.change == "gained" else -1
        left = held.pop(change.eligibility_id, 0) + sign * change.quantity
        if left:
            held[change.eligibility_id] = left
    return view, made_by(record)
