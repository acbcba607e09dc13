"""Erased members: readers of the ledger tell nothing of what was before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import UNSET

if TYPE_CHECKING:
    from schemas.ledger import LedgerRecord

ERASED = "loyalty.member.erased.v1"
REFUSAL = "member_erased"


def erases(record: LedgerRecord) -> bool:
    """True for the record that erases its member, or who was merged with him."""
    cause = record.cause
    if cause is None or cause.type != ERASED or record.outcome != "accepted":
        return False
    return record.member_sequence is not None and record.balance is UNSET


def of_erased(record: LedgerRecord) -> bool:
    """True for an event that came after its member was erased: what it says is not told."""
    return any(refusal.reason == REFUSAL for refusal in record.refusals)
