"""What points are for: rewards, vouchers, redemptions, and what all that is worth."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from processors.programs.model.promotions import Limit
from processors.programs.model.words import (
    Day,
    Figure,
    LadderName,
    Model,
    Money,
    Name,
    Names,
    Points,
    Positive,
    RewardName,
    SomeMoney,
    SomePoints,
    TierName,
    TierNames,
    UnitName,
    Weekday,
)


class Price(Model):
    """Another price for requests in a window."""

    starts: Day
    ends: Day
    cost: Points


class Balance(Model):
    """Granted when what is available reaches a figure; withdrawn when a refund takes it below."""

    unit: UnitName
    reaches: SomePoints
    once_per: Literal["membership_year", "lifetime"] | None = None
    reset: bool = False
    """The balance goes to 0, and a new membership year starts that day."""


class Done(Model):
    """Granted once, when all that was recorded of an activity reaches a figure."""

    activity: Name
    reaches: Figure


class Orders(Model):
    """Granted for so many kept orders within a rolling number of days; that uses them up."""

    count: Positive
    within_days: Positive
    minimum: Money = "0.01"
    """Goods that an order must keep, in whole currency units."""


class Enrolment(Model):
    """Granted to who enrols in a window."""

    starts: Day | None = None
    ends: Day | None = None


class NthWeekday(Model):
    """Granted on one day of each month, for that day."""

    weekday: Weekday
    nth: Annotated[int, Field(ge=1, le=4)]


class Using(Model):
    """What using a reward earns."""

    unit: UnitName
    points: SomePoints


class Reward(Model):
    """Something to be had for points, or granted.

    With a `cost` it is in the catalogue: open while the price is there and its gates hold.
    """

    unit: UnitName | None = None
    cost: Points | None = None
    prices: tuple[Price, ...] = Field(default=(), strict=False)
    minimum_order: Money | None = None
    currency: Name | None = None
    ladder: LadderName | None = None
    tiers: TierNames | None = Field(default=None, strict=False)
    plan: Name | None = None
    starts: Day | None = None
    ends: Day | None = None
    limit: Limit | None = None
    """A catalogue reward is to be had so many times in a period by one member."""
    quantity: Positive = 1
    valid_days: Positive | None = None
    valid_days_by_tier: dict[TierName, Positive] = {}
    valid_until: Literal["month_end", "year_end"] | None = None
    on_entry_of: TierNames | None = Field(default=None, strict=False)
    top_up: dict[TierName, Positive] = {}
    """By tier, in all per calendar year: entering a tier grants what is missing."""
    on_balance: Balance | None = None
    on_activity: Done | None = None
    on_orders: Orders | None = None
    on_score: Annotated[int, Field(ge=0, le=10)] | None = None
    """Granted for a survey's score of at least this."""
    on_birthday: Literal["day", "month"] | None = None
    on_enrolment: Enrolment | None = None
    on_weekday: NthWeekday | None = None
    closes_with_tier: bool = False
    choice_group: Name | None = None
    """Using one reward of a group closes the others."""
    earns: Using | None = None
    grants: RewardName | None = None
    """The reward that a commit of this one grants."""


class Conversion(Model):
    """Every full threshold of a unit becomes a voucher."""

    unit: UnitName
    threshold: SomePoints
    reward: RewardName
    mode: Literal["carry", "reset"] = "carry"
    on_refund: Literal["cancel_unused", "keep_voucher"] = "cancel_unused"


class Ceiling(Model):
    """At most so many points for each full amount of the order."""

    points: Points
    per: SomeMoney


class Redemption(Model):
    """How points are spent."""

    mode: Literal["reserve", "immediate"] = "reserve"
    reversible: bool = True
    by_amount: tuple[UnitName, ...] = Field(default=(), strict=False)
    increment: SomePoints = "1"
    minimum: Points = "0"
    """The least that is spent at once, by amount."""
    minimum_order: Money | None = None
    minimum_balance: Points = "0"
    """What must remain available."""
    ceiling: Ceiling | None = None
    point_value: Figure | None = None
    """Of one point, in currency units."""
    remain_payable: Money | None = None
    """What must remain to be paid of the order."""
    hold_hours: Positive | None = None


class Reminder(Model):
    """A notice before points end, at 00:00."""

    unit: UnitName
    days_before: Positive


class Accounting(Model):
    """What outstanding points of a unit are worth (ASC 606, IFRS 15)."""

    value: Figure
    """Of one point, in currency units."""
    redeemed_share: Figure | None = None
    """Expected; with it, a part of each sale is deferred."""
    billing: Literal["at_redemption"] | None = None


class Allowance(Model):
    """Points granted on the first of each month, whose rest lapses at its end."""

    unit: UnitName
    points: SomePoints
    per_attribute: dict[Name, Points] = {}
    prorate: bool = True


class Recognition(Model):
    """Points that members hand to each other."""

    giving: UnitName
    earned: UnitName
    role_attribute: Name | None = None
    default_role: Name = "normal"
    givers: Names = Field(default=("normal",), strict=False)
    receivers: Names = Field(default=("normal",), strict=False)
