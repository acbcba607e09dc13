"""`loyalty.membership.*`: paid plans."""

from __future__ import annotations

from schemas.inputs.base import Id, InputData, Instant


class _OfPlan(InputData):
    plan: Id


class MembershipStarted(_OfPlan):
    """loyalty.membership.started.v1."""

    paid_until: Instant | None = None
    trial: bool = False


class MembershipRenewed(_OfPlan):
    """loyalty.membership.renewed.v1."""

    paid_until: Instant | None = None
    trial: bool = False


class MembershipLapsed(_OfPlan):
    """loyalty.membership.lapsed.v1."""


class MembershipCancelled(_OfPlan):
    """loyalty.membership.cancelled.v1."""

    effective_at: Instant | None = None
