"""Balances: the whole balance of a member after each record that changed the account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import UNSET

from projections.envelope import BALANCES, Output, headers_of, start_of
from schemas.accounts import is_member

if TYPE_CHECKING:
    from schemas.ledger import LedgerRecord

KIND = "loyalty.balance.updated.v1"

View = dict[str, tuple[int, Output]]
"""The latest balance of each member, with its member sequence."""


def made_by(record: LedgerRecord) -> tuple[Output, ...]:
    """One balance, if the record advanced a member's sequence.

    A record that changed an account and holds no balance belongs to an erased member: its value
    is null.
    """
    sequence, cause, account = record.member_sequence, record.cause, record.account
    if sequence is None or cause is None or account is None or not is_member(account):
        return ()
    balance = record.balance
    value = None
    if balance is not UNSET:
        value = b"".join((start_of(record, cause, sequence), b",", memoryview(balance)[1:]))
    headers = headers_of(record, cause, sequence, KIND, 0)
    return (Output(BALANCES, account.encode(), value, headers),)


def fold(view: View, record: LedgerRecord) -> tuple[View, tuple[Output, ...]]:
    """Take the view over, and keep the balance with the highest sequence."""
    outputs = made_by(record)
    sequence = record.member_sequence
    for output in outputs:
        assert sequence is not None, "a balance has a sequence"
        name = output.key.decode()
        if sequence > view.get(name, (0, output))[0]:
            view[name] = (sequence, output)
    return view, outputs
