"""What becomes of points: conversions, redemptions, reminders, gifts, and what they are worth."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from processors.programs.model.words import (
    Figure,
    LadderName,
    Model,
    Money,
    Name,
    Names,
    Points,
    Positive,
    Recurring,
    RewardName,
    SomeMoney,
    SomePoints,
    UnitName,
)


class Conversion(Model):
    """Every full threshold of a unit becomes a voucher."""

    unit: UnitName
    """Whose points."""
    threshold: SomePoints
    """So many make one voucher."""
    reward: RewardName
    """The voucher."""
    every: Recurring | None = None
    """On the first day of each of these periods, 00:00, instead of at once."""
    mode: Literal["carry", "reset"] = "carry"
    """`carry`: the rest stays; `reset`: one voucher, and the rest lapses."""
    on_refund: Literal["cancel_unused", "keep_voucher"] = "cancel_unused"
    """Whether unused vouchers are undone where points are missing."""


class Ceiling(Model):
    """At most so many points for each full amount of the order."""

    points: Points
    """At most so many."""
    per: SomeMoney
    """For each full amount of the order."""


class Redemption(Model):
    """How points are spent."""

    mode: Literal["reserve", "immediate"] = "reserve"
    """`reserve`: a request reserves, a commit spends; `immediate`: a request spends."""
    reversible: bool = True
    """Whether a commit can be undone."""
    takes: Literal["soonest_end", "first_earned", "last_earned"] = "soonest_end"
    """Which points go first, when they are spent or taken back: `soonest_end`: those that end
    soonest, of these the oldest."""
    by_amount: tuple[UnitName, ...] = Field(default=(), strict=False)
    """Units that are spent by amount, beside rewards."""
    increment: SomePoints = "1"
    """In steps of so many."""
    minimum: Points = "0"
    """The least that is spent at once, by amount."""
    minimum_order: Money | None = None
    """Of the order that points are spent on."""
    minimum_balance: Points = "0"
    """What must remain available."""
    ceiling: Ceiling | None = None
    """At most so many for the order."""
    point_value: Figure | None = None
    """Of one point, in currency units."""
    remain_payable: Money | None = None
    """What must remain to be paid of the order."""
    hold_hours: Positive | None = None
    """How long a reservation holds; until it is released, unless named."""


class Reminder(Model):
    """A notice at 00:00, before points of a unit, a tier of a ladder, or a reward ends."""

    unit: UnitName | None = None
    """Whose points."""
    ladder: LadderName | None = None
    """Whose tiers."""
    reward: RewardName | None = None
    """One that was granted."""
    days_before: Positive
    """So many days before they end."""


class Accounting(Model):
    """What outstanding points of a unit are worth (ASC 606, IFRS 15)."""

    value: Figure
    """Of one point, in currency units."""
    redeemed_share: Figure | None = None
    """Expected; with it, a part of each sale is deferred."""
    billing: Literal["at_redemption"] | None = None
    """Nothing is billed until points are redeemed."""


class Allowance(Model):
    """Points granted on the first of each month, whose rest lapses at its end."""

    unit: UnitName
    """What is granted."""
    points: SomePoints
    """Each month."""
    per_attribute: dict[Name, Points] = {}
    """More for each unit of a whole-number attribute of the member."""
    prorate: bool = True
    """Who joins in the month gets the share of its days."""


class Recognition(Model):
    """Points that members hand to each other."""

    giving: UnitName
    """The unit that is given away."""
    earned: UnitName
    """The unit that is received."""
    role_attribute: Name | None = None
    """The member's attribute that says the role."""
    default_role: Name = "normal"
    """Of members without it."""
    givers: Names = Field(default=("normal",), strict=False)
    """Roles that may give."""
    receivers: Names = Field(default=("normal",), strict=False)
    """Roles that may receive."""
