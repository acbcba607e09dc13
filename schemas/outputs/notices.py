"""Notices: tier changes, what is about to end, promotions announced."""

from __future__ import annotations

from typing import Literal

from schemas.outputs.base import Amount, OutputData, Stamp


class TierChanged(OutputData):
    """loyalty.tier.changed.v1."""

    from_tier: str
    ladder: str
    reason: Literal["earned", "lapsed", "refund", "attribute", "manual", "correction"]
    to_tier: str
    until: Stamp | None = None


class PointsExpiring(OutputData):
    """loyalty.points.expiring.v1: so much ends at `at`; `notice` says which reminder this is."""

    amount: Amount
    at: Stamp
    notice: str
    unit: str


class TierExpiring(OutputData):
    """loyalty.tier.expiring.v1: the tier is held until `at`, unless it is earned again."""

    at: Stamp
    ladder: str
    notice: str
    tier: str


class RewardExpiring(OutputData):
    """loyalty.reward.expiring.v1: what was granted and is not used up ends at `at`."""

    at: Stamp
    eligibility_id: str
    notice: str
    reward_id: str


class PromotionAnnounced(OutputData):
    """loyalty.promotion.announced.v1."""

    ends_at: Stamp
    promotion_id: str
    starts_at: Stamp
