"""`loyalty.redemption.*`, `.points.*`, `.promotion.*`, `.bonus_day.*`, `.entitlement.*`."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from schemas.inputs.base import (
    Id,
    InputData,
    Instant,
    Minor,
    Quantity,
    SignedDecimal,
    Text,
    UnsignedDecimal,
)


def _date(value: str) -> str:
    try:
        proper = date.fromisoformat(value).isoformat() == value
    except ValueError:
        proper = False
    if not proper:
        raise ValueError("must be a date YYYY-MM-DD")
    return value


class PointsAdjusted(InputData):
    """loyalty.points.adjusted.v1."""

    adjustment_id: Id
    amount: SignedDecimal
    expires_at: Instant | None = None
    operator: Text
    reason: Text
    unit: Id | None = None


class _OfRedemption(InputData):
    redemption_id: Id


class RedemptionRequested(_OfRedemption):
    """loyalty.redemption.requested.v1: for a reward, or for an amount."""

    amount: UnsignedDecimal | None = None
    currency: str | None = Field(default=None, min_length=3, max_length=3)
    hold_until: Instant | None = None
    order_total_minor: Minor | None = None
    reward_id: Id | None = None
    unit: Id | None = None

    @model_validator(mode="after")
    def _asks_for_one_thing(self) -> Self:
        if (self.reward_id is None) == (self.amount is None):
            raise ValueError("must have either reward_id or amount")
        return self


class RedemptionCommitted(_OfRedemption):
    """loyalty.redemption.committed.v1."""

    order_id: Id | None = None


class RedemptionReleased(_OfRedemption):
    """loyalty.redemption.released.v1."""


class RedemptionReversed(_OfRedemption):
    """loyalty.redemption.reversed.v1."""


class PromotionOptedIn(InputData):
    """loyalty.promotion.opted_in.v1."""

    promotion_id: Id


class BonusDayChosen(InputData):
    """loyalty.bonus_day.chosen.v1."""

    date: Annotated[str, AfterValidator(_date)]


class EntitlementUsed(InputData):
    """loyalty.entitlement.used.v1."""

    order_id: Id | None = None
    quantity: Quantity = 1
    reward_id: Id
