"""A checkpoint brought up to date: what came later than it was taken, and is older, goes into it.

The same decisions as for a late input, but what is wanted is the account, not a record.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.accounts.draft import Draft
from processors.decisions.due import pass_time
from processors.decisions.judge import judge
from processors.late import decide_again

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.accounts.account import Account
    from processors.inputs import Input
    from processors.programs.compiled import Program
    from schemas.ledger import LedgerRecord


def refold(
    checkpoint: Account,
    late: Input,
    records: Sequence[LedgerRecord],
    program: Program,
    until: int,
) -> Account:
    """The checkpoint with `records` and `late` on top, in order of time, as at `until`."""
    again = Draft(checkpoint, late, program, judge, pass_time)
    decide_again(again, late, records)
    again.pass_time(again, until)
    again.account.time = until
    return again.account
