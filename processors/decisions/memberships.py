"""Paid plans: started, renewed, lapsed, cancelled, ended (semantics, section 10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from processors.accounts.items import Membership
from processors.accounts.lasting import of_plan
from processors.accounts.lots import expire, merged_subject
from processors.accounts.origins import under
from processors.decisions.verdict import ACCEPTED, Verdict

if TYPE_CHECKING:
    from processors.accounts.draft import Draft
    from schemas.inputs.memberships import (
        MembershipCancelled,
        MembershipLapsed,
        MembershipRenewed,
        MembershipStarted,
    )

ACTIVE, ENDED = "active", "ended"


def started(draft: Draft, data: MembershipStarted | MembershipRenewed) -> Verdict:
    """Active from now; without `paid_until` it has no end of its own."""
    paid = data.paid_until
    plan = Membership(
        ACTIVE,
        draft.time,
        trial=data.trial,
        paid_until=paid,
        ends_at=paid,
        origin=merged_subject(draft),
    )
    hold(draft, data.plan, plan)
    return ACCEPTED


def hold(draft: Draft, plan: str, membership: Membership) -> None:
    """Put a membership, the account's own or a merged member's.

    One's own comes first while it is active; another's waits beside it, and steps in when it ends.
    """
    held = draft.account.memberships.get(plan)
    if held is not None and held.state == ACTIVE and held.origin != membership.origin:
        beside, first = (held, membership) if membership.origin is None else (membership, held)
        assert beside.origin is not None, "two memberships of one plan are of two members"
        if beside.state == ACTIVE:
            draft.put("memberships", under(beside.origin, plan), beside)
        membership = first
    draft.put("memberships", plan, membership)


def lapsed(draft: Draft, data: MembershipLapsed) -> Verdict:
    """Ended now."""
    if data.plan in draft.account.memberships:
        end_membership(draft, data.plan)
    return ACCEPTED


def cancelled(draft: Draft, data: MembershipCancelled) -> Verdict:
    """A trial ends at once, a paid plan with its term, unless `effective_at` says otherwise."""
    plan = draft.account.memberships.get(data.plan)
    if plan is None or plan.state != ACTIVE:
        return ACCEPTED
    ends = data.effective_at or (draft.time if plan.trial else plan.paid_until) or draft.time
    if ends <= draft.time:
        end_membership(draft, data.plan)
    else:
        draft.put("memberships", data.plan, replace(plan, ends_at=ends))
    return ACCEPTED


def end_membership(draft: Draft, plan: str) -> None:
    """The plan's benefits end, and the points that end with it; unless another steps in."""
    for name, other in sorted(draft.account.memberships.items()):
        if other.origin and name == under(other.origin, plan) and other.state == ACTIVE:
            draft.put("memberships", name, None)
            draft.put("memberships", plan, other)
            return
    held = draft.account.memberships[plan]
    draft.put("memberships", plan, replace(held, state=ENDED, since=draft.time, ends_at=None))
    expire(draft, of_plan(draft, plan), "membership_ended")
