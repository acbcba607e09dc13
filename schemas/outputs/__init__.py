"""Every output type and the model of its data (contract, section 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.outputs.balances import BalanceUpdated
from schemas.outputs.eligibility import EligibilityChanged
from schemas.outputs.notices import (
    PointsExpiring,
    PromotionAnnounced,
    RewardExpiring,
    TierChanged,
    TierExpiring,
)

if TYPE_CHECKING:
    from schemas.outputs.base import OutputData

OUTPUTS: dict[str, type[OutputData]] = {
    "loyalty.balance.updated.v1": BalanceUpdated,
    "loyalty.eligibility.gained.v1": EligibilityChanged,
    "loyalty.eligibility.withdrawn.v1": EligibilityChanged,
    "loyalty.eligibility.consumed.v1": EligibilityChanged,
    "loyalty.eligibility.expired.v1": EligibilityChanged,
    "loyalty.tier.changed.v1": TierChanged,
    "loyalty.points.expiring.v1": PointsExpiring,
    "loyalty.tier.expiring.v1": TierExpiring,
    "loyalty.reward.expiring.v1": RewardExpiring,
    "loyalty.promotion.announced.v1": PromotionAnnounced,
}
