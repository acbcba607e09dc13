"""One input in, one ledger record out. Pure: no clock, no randomness, no I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import UNSET, Raw
from msgspec.structs import replace

from processors.accounts.balance import balance_of
from processors.accounts.draft import Draft
from processors.decisions.almanac import plan_anew
from processors.decisions.closing import DAY, finish
from processors.decisions.due import do_due, pass_time
from processors.decisions.erasure import ERASED, FORGETTING
from processors.decisions.judge import judge, judge_too_late, repeated
from processors.decisions.pools import ANSWER, SHARING
from processors.decisions.verdict import ACCEPTED, CONFLICTING, DUPLICATE
from processors.inputs import (
    PROGRAM_CHANGED,
    TIME_PASSED,
    TRANSFER,
    NeedsHistory,
    Step,
    cause_of,
    is_aside,
)
from processors.late import decide_late
from schemas.accounts import ALIAS
from schemas.ledger import RECORD_VERSION, Coordinates, LedgerRecord, Refusal, Why
from schemas.values import identity

if TYPE_CHECKING:
    from processors.accounts.account import Account
    from processors.decisions.verdict import Verdict
    from processors.inputs import History, Input
    from processors.programs.compiled import Program

RETURNED = "transfer.unmerge.moved"
"""What a merged account has back from an earlier merge: it hands that on as well."""
NOWHERE = Coordinates(0, 0, 0, "")


def step(
    account: Account, item: Input, program: Program, history: History | None = None
) -> Step | NeedsHistory:
    """Decide `item`. Takes `account` over: use the one that is returned.

    Returns NeedsHistory when the input is older than what the account has seen; ask again with
    the account's checkpoint and its records since.
    """
    if item.type == ANSWER:
        # Its history has it where it was decided, not where it was asked for.
        item = replace(item, time=max(item.time, account.time))
    draft = Draft(account, item, program, judge, pass_time)
    if item.type == TIME_PASSED:
        do_due(draft, item.time)
        return _conclude(draft, item, ACCEPTED)
    if item.type == PROGRAM_CHANGED:
        plan_anew(draft)
        record = _record(draft, item, ACCEPTED)
        record.program_version = None  # it decides nothing, and so freezes no version
        return Step(account, record)
    # Transfers are known by their place, and never too late.
    if not item.type.startswith(TRANSFER):
        seen = account.identities.get(identity(item.source, item.id))
        if seen is not None:
            same = seen[0] == item.payload
            return Step(account, _record(draft, item, DUPLICATE if same else CONFLICTING))
        # Who sends on does not judge: lateness is for the account that decides.
        if account.profile.owner is None and _too_late(item, program):
            return _conclude(draft, item, judge_too_late(draft, item), late=True)
    if item.time >= account.time or _needs_no_history(account, item):
        return _conclude(draft, item, judge(draft, item))
    return _late(draft, item, history)


def _late(draft: Draft, item: Input, history: History | None) -> Step | NeedsHistory:
    known = None if item.type.startswith(TRANSFER) else repeated(draft, item)
    if known is not None:
        return _conclude(draft, item, known)
    if history is None:
        return NeedsHistory(draft.account.id)
    verdict, passed = decide_late(draft, item, history)
    finish(draft, item, verdict, late=True)
    return Step(draft.account, _record(draft, item, verdict), passed)


def _too_late(item: Input, program: Program) -> bool:
    """Beyond the horizon, which counts from the event's arrival in local days.

    Who wants to be forgotten never comes too late.
    """
    days = program.late_horizon_days
    if item.type == ERASED or item.arrival - item.time < (days - 1) * DAY:
        return False
    return program.calendar.days_after(item.arrival, -days) > item.time


def _needs_no_history(account: Account, item: Input) -> bool:
    """An erasure forgets it, whenever it was asked for; who sends events on decides none.

    What members share is given in the order in which its account sees the claims.
    """
    if item.type in FORGETTING or item.type.startswith(SHARING) or account.profile.erased:
        return True
    if item.type.startswith(TRANSFER):
        return account.profile.owner is not None and item.type == RETURNED
    return account.profile.owner is not None or account.id.startswith(ALIAS)


def _conclude(draft: Draft, item: Input, verdict: Verdict, *, late: bool = False) -> Step:
    finish(draft, item, verdict, late=late)
    return Step(draft.account, _record(draft, item, verdict))


def _record(draft: Draft, item: Input, verdict: Verdict) -> LedgerRecord:
    account = draft.account
    changes = draft.changes_account
    if changes:
        account.sequence += 1
    refusals = draft.refusals
    if verdict.reason is not None:
        refusals = [Refusal(verdict.reason), *refusals]
    at = item.entered or item.at or NOWHERE
    # By position, in the order of the record's fields: that takes a sixth of the time.
    return LedgerRecord(
        verdict.outcome,
        "",
        0,
        RECORD_VERSION,
        account.id,
        balance_of(draft) if changes and not account.profile.erased else UNSET,
        cause_of(item, at, aside=is_aside(item, draft.program.id)),
        draft.changes(),
        tuple(draft.effects),
        tuple(draft.eligibility),
        tuple(draft.entries),
        Raw(item.event) if item.event else UNSET,
        account.sequence if changes else None,
        tuple(draft.notices),
        draft.program.id,
        draft.version.hash,
        tuple(refusals),
        tuple(draft.settles),
        item.at,
        None,
        None,
        Why(tuple(draft.fired), tuple(draft.missed)) if draft.fired or draft.missed else None,
    )
