"""Notices: messages for a member about tiers, points about to end, and promotions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from projections.envelope import NOTICES, Output, encode, headers_of, start_of
from schemas.accounts import is_member
from schemas.values import format_instant

if TYPE_CHECKING:
    from schemas.ledger import LedgerRecord, Notice

View = dict[str, int]
"""Notices sent so far, by type."""


def made_by(record: LedgerRecord) -> tuple[Output, ...]:
    """One event for each notice, counted within its kind."""
    sequence, cause, account = record.member_sequence, record.cause, record.account
    if not record.notices or sequence is None or cause is None or account is None:
        return ()
    if not is_member(account):
        return ()
    start, key = start_of(record, cause, sequence), account.encode()
    counts: dict[str, int] = {}
    made: list[Output] = []
    for notice in record.notices:
        index = counts.get(notice.type, 0)
        counts[notice.type] = index + 1
        value = start + b"," + encode(_data(notice))[1:]
        headers = headers_of(record, cause, sequence, notice.type, index)
        made.append(Output(NOTICES, key, value, headers))
    return tuple(made)


def _data(notice: Notice) -> dict[str, str | None]:
    """The notice's data on the wire. Whole numbers are instants; no notice counts anything."""
    return {
        name: format_instant(value) if isinstance(value, int) else value
        for name, value in notice.data.items()
    }


def fold(view: View, record: LedgerRecord) -> tuple[View, tuple[Output, ...]]:
    """Take the view over, and count what was sent."""
    outputs = made_by(record)
    for notice in record.notices if outputs else ():
        view[notice.type] = view.get(notice.type, 0) + 1
    return view, outputs
