"""All that a ledger record publishes: its balance, eligibility and notices, in that order.

The same function runs inline, in the transaction that appends the record, and beside, in
verification and rebuilds. So the bytes are the same, or something is wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from projections import balance, eligibility, notices

if TYPE_CHECKING:
    from projections.envelope import Output
    from schemas.ledger import LedgerRecord


def outputs(record: LedgerRecord) -> tuple[Output, ...]:
    """The record's outputs."""
    made = balance.made_by(record)
    if record.eligibility:
        made += eligibility.made_by(record)
    if record.notices:
        made += notices.made_by(record)
    return made
