"""What ends every decision: eligibility, reminders, identities, clocks, and what is forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.accounts.lasting import follow_pauses
from processors.accounts.lots import expire
from processors.accounts.rewards import refresh
from processors.decisions.almanac import plan
from processors.decisions.conversions import plan_conversions
from processors.decisions.milestones import judge_milestones
from processors.decisions.reminding import plan_reminders
from processors.decisions.verdict import ASKED
from processors.inputs import TIME_PASSED, TRANSFER
from schemas.accounts import is_member
from schemas.values import identity

if TYPE_CHECKING:
    from processors.accounts.draft import Draft
    from processors.decisions.verdict import Verdict
    from processors.inputs import Input

DAY = 86_400_000_000
FORGOTTEN = {"committed", "released", "reversed"}


def finish(draft: Draft, item: Input, verdict: Verdict, *, late: bool = False) -> None:
    """Complete a decision. A late one has refreshed and reminded in its own order of time."""
    if verdict.outcome in {"duplicate", "conflicting"}:
        return
    if item.type != TIME_PASSED and not item.type.startswith(TRANSFER):
        draft.put("identities", identity(item.source, item.id), (item.payload, item.time))
    # Who came by an event that is refused or waits is a member from its time on.
    done = verdict.outcome == "accepted" or verdict is ASKED
    if (done or ("profile", "") in draft.changed) and not late:
        round_off(draft)


def round_off(draft: Draft) -> None:
    """Bring what follows from the account in line: eligibility, reminders, clocks."""
    if is_member(draft.account.id) and not draft.account.profile.erased:
        if draft.program.pauses:
            for reason, lots in follow_pauses(draft).items():
                expire(draft, lots, reason)
        if draft.version.milestones:
            judge_milestones(draft)
        refresh(draft)
        if draft.version.reminders:
            plan_reminders(draft)
        if draft.version.conversions:
            plan_conversions(draft)
        if draft.program.almanac:
            plan(draft)
    draft.fresh.clear()
    if draft.time > draft.account.time:
        draft.tick("time", draft.time)
    forget(draft)


def forget(draft: Draft) -> None:
    """Once a day of business time, drop what no later input can refer to."""
    account = draft.account
    today = account.time // DAY
    if today <= account.pruned:
        return
    draft.tick("pruned", today)
    late = account.time - (draft.program.late_horizon_days + 1) * DAY
    horizon = account.time - (draft.program.refund_horizon_days + 1) * DAY
    for collection, key in _old(draft, late, horizon):
        draft.put(collection, key, None)


def _old(draft: Draft, late: int, horizon: int) -> list[tuple[str, str]]:
    account = draft.account
    twice = 2 * horizon - account.time
    known = (("identities", account.identities, late), ("keys", account.keys, twice))
    old = [
        (name, key) for name, items, limit in known for key, (_, at) in items.items() if at < limit
    ]
    old += [("orders", key) for key, order in account.orders.items() if order.time < horizon]
    old += [
        ("redemptions", key)
        for key, item in account.redemptions.items()
        if item.state in FORGOTTEN and (item.closed_at or 0) < horizon
    ]
    return sorted(old)
