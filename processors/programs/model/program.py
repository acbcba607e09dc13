"""A program, and its versions."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from processors.programs.model.earning import (
    ActivityEarning,
    DeliveryEarning,
    Earning,
    Expiry,
    SharedCap,
    Streak,
    Unit,
)
from processors.programs.model.ladders import Ladder
from processors.programs.model.promotions import Birthday, Promotion, Stacking
from processors.programs.model.rewards import (
    Accounting,
    Allowance,
    Conversion,
    Recognition,
    Redemption,
    Reminder,
    Reward,
)
from processors.programs.model.sides import Referral, Review
from processors.programs.model.words import Day, Model, Name, Names, Positive, UnitName, Zone


class Refund(Model):
    """What a refund takes."""

    mode: Literal["recompute_net", "per_refund_floor", "whole_order", "none"] = "recompute_net"
    custom_amount: Literal["spread", "ignore"] = "spread"
    horizon_days: Positive = 730
    """How long after its date an order can be refunded, cancelled or edited."""


class Sunset(Model):
    """The first days on which nothing is earned, nothing is redeemed, and everything is gone."""

    earning: Day | None = None
    redeeming: Day | None = None
    lapse: Day | None = None


class Version(Model):
    """The rules in force from a date on."""

    extends: Name | None = None
    """Another version; what this one says replaces what is said there, and null takes it away."""
    effective_from: Day
    retroactive: bool = False
    currencies: Names | None = Field(default=None, strict=False)
    units: dict[Name, Unit] = {}
    enrolment: Literal["implicit", "required"] = "implicit"
    earning: dict[Name, Earning] = {}
    activities: dict[Name, ActivityEarning] = {}
    deliveries: dict[Name, DeliveryEarning] = {}
    streaks: dict[Name, Streak] = {}
    caps: dict[Name, SharedCap] = {}
    fiscal_year_starts: Annotated[int, Field(ge=1, le=12)] = 1
    """The month with which fiscal years and quarters begin."""
    stacking: Stacking = "additive"
    promotions: dict[Name, Promotion] = {}
    opt_ins: Positive | None = None
    """Promotions that one member can opt in to."""
    birthday: Birthday = Birthday()
    ladders: dict[Name, Ladder] = {}
    rewards: dict[Name, Reward] = {}
    conversions: dict[Name, Conversion] = {}
    redemption: Redemption = Redemption()
    refund: Refund = Refund()
    negative_balance: Literal["carry", "floor_zero", "only_pending"] = "carry"
    expiry: Expiry = Expiry(kind="never")
    """Of rules that set none, and of adjustments."""
    referral: Referral | None = None
    reviews: Review | None = None
    reminders: dict[Name, Reminder] = {}
    allowances: dict[Name, Allowance] = {}
    recognition: Recognition | None = None
    sunset: Sunset = Sunset()
    accounting: dict[UnitName, Accounting] = {}


class Late(Model):
    """How long events may come late, and how long inputs wait for what they refer to."""

    horizon_days: Positive = 30
    park_days: Positive = 30
    retro_claim_days: Positive = 30


class ProgramFile(Model):
    """One program: what never changes, and its versions."""

    extends: str | None = None
    """Another file, from this one on; maps are merged, all else is replaced, null takes away."""
    program: Name
    says: str = ""
    time_zone: Zone
    promotion_zone: Literal["member_then_program", "program"] = "member_then_program"
    phone_region: Name | None = None
    late: Late = Late()
    accepts: dict[Name, dict[str, str]] = {}
    """Findings of `loyalty program check` that are meant: by their id, then by the place that the
    finding names (with or without its version), the reason."""
    versions: dict[Name, Version] = Field(min_length=1)
