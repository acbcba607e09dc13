"""What earns: bases, rates, conditions, waiting, ends and caps."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from processors.programs.model.conditions import Basis, Tenders, When
from processors.programs.model.words import (
    Activity,
    CapPeriod,
    Count,
    Figure,
    Model,
    Money,
    Name,
    Points,
    Positive,
    RewardName,
    Rounding,
    RuleName,
    Some,
    SomeMoney,
    SomePoints,
    TierName,
    TierNames,
    UnitName,
)


class Unit(Model):
    """A unit of account, with its number of decimal places."""

    scale: Annotated[int, Field(ge=0, le=6)] = 0
    """Decimal places."""
    spendable: bool = True
    """False for a counter: nothing is to be had for it."""


class Rate(Model):
    """`points` for each `per` of the basis; by tier where tiers differ."""

    points: Figure = "1"
    """For each `per`; for each visit or unit."""
    per: SomeMoney = "1.00"
    """In whole currency units; for `units`, so many of them."""
    by_tier: dict[TierName, Figure] = {}
    """In the place of `points`, by the tier held before the order."""
    whole_steps: bool = False
    """Count whole steps first; multipliers act on whole points."""


class Release(Model):
    """When points that wait become available."""

    days: Count
    """So many dates later, 00:00."""
    after: Literal["order", "shipped", "delivered", "paid"] = "order"
    """What the days are counted from."""
    steps: SomePoints | None = None
    """Released points become available in full steps; the rest goes on waiting."""


class Expiry(Model):
    """When points end, counted from the day on which they became available."""

    kind: Literal[
        "never",
        "days",
        "months",
        "month_start",
        "quarter_start",
        "year_start",
        "membership_year",
    ]
    """`month_start` with `after: 13`: the first of the 13th month after this one."""
    after: Count = 0
    """How many days, months, quarters or years; of membership years, the one they come in is the
    first."""
    day: Annotated[int, Field(ge=1, le=28)] = 1
    """For `month_start` and `year_start`: the day of that month."""
    month: Annotated[int, Field(ge=1, le=12)] = 1
    """For `year_start`: the month with which such a year begins."""
    reason: Literal["date", "inactivity", "year_end"] = "date"
    """What the entry says when they end."""
    renewed_by: tuple[Activity, ...] = Field(default=(), strict=False)
    """Each of these lets all points end as if they had become available then."""
    renewed_in: TierNames | None = Field(default=None, strict=False)
    """Tiers in which that happens; all, unless named."""
    paused_in: TierNames = Field(default=(), strict=False)
    """Tiers in which nothing ends. The dates stay, and count again when the tier is over."""
    grace_days: Count = 0
    """How long after such a tier what is overdue still lives."""
    ends_with_plan: Name | None = None
    """All of it ends with this membership as well."""


class Cap(Model):
    """At most so much in one period, or for each currency unit of an order."""

    amount: Some
    """In the unit of the rule, or a number of awards."""
    per: CapPeriod
    """The period, by the date of the order."""
    counts: Literal["points", "awards"] = "points"
    """Points, or how often anything is given."""


class SharedCap(Cap):
    """A cap that several rules share."""

    rules: tuple[RuleName, ...] = Field(strict=False)
    """Earning rules, promotions with `add`, activities, deliveries and streaks."""


Bracket = Annotated[tuple[Money, Points], Field(strict=False)]
"""An amount in whole currency units, and the points from there on."""


class Earning(Model):
    """What purchases earn by one rule."""

    unit: UnitName
    """What it earns."""
    measure: Literal["amount", "visit", "units", "brackets"] = "amount"
    """Points for an amount, for each order, for each unit of its lines, or by brackets."""
    rate: Rate = Rate()
    """How many."""
    brackets: tuple[Bracket, ...] = Field(default=(), strict=False)
    """For `brackets`: pairs of an amount and the points from there on."""
    basis: Basis = Basis()
    """Lines that it looks at."""
    tenders: Tenders = Tenders()
    """Payments that earn."""
    when: When = When()
    """Orders that earn."""
    rounding: Rounding = "floor"
    """Once, after promotions, to the places of the unit."""
    rounding_scope: Literal["order", "line"] = "order"
    """Rounded for the order, or for each line."""
    release: Release | None = None
    """When they become available; at once, unless named."""
    expiry: Expiry | None = None
    """When they end; by the version's `expiry`, unless named."""
    caps: tuple[Cap, ...] = Field(default=(), strict=False)
    """At most so much."""

    @property
    def by_line(self) -> bool:
        """True if each line earns by itself, so that a part of an order can be multiplied."""
        return self.measure in {"amount", "units"} and not self.rate.whole_steps


class ActivityEarning(Model):
    """What a recorded activity earns: points for each unit of quantity, or for each event."""

    activity: Name
    """Its name in `engagement.activity.recorded`."""
    unit: UnitName | None = None
    """The first unit, unless named."""
    points: Figure = "0"
    """For each event, or for each unit of its quantity."""
    each: Literal["quantity", "event"] = "event"
    """What `points` are for."""
    once: bool = False
    """Once in the life of a member: the first time that it earns. What a cap leaves nothing of
    earned nothing, and may come again."""
    reward: RewardName | None = None
    """Granted each time it earns."""
    when: When = When()
    """`order` and `event` are what was recorded: its attributes."""
    release: Release | None = None
    """When they become available; at once, unless named."""
    expiry: Expiry | None = None
    """When they end; by the version's `expiry`, unless named."""
    caps: tuple[Cap, ...] = Field(default=(), strict=False)
    """At most so much."""


class DeliveryEarning(Model):
    """What a delivery earns that came later than was promised."""

    unit: UnitName
    """What it earns."""
    points: SomePoints
    """For an order delivered later than `promised_at`."""
    when: When = When()
    """Orders, and members as they are at the delivery."""
    expiry: Expiry | None = None
    """When they end; by the version's `expiry`, unless named."""


class Streak(Model):
    """Points for an order with a product that was bought often before."""

    unit: UnitName
    """What it earns."""
    points: SomePoints
    """For each product that was bought often enough."""
    orders: Positive
    """So many orders with it, and the next one earns; then counting starts from zero."""
    within_days: Positive
    """Days that the first of them and the earning one span at most, both counted."""
    basis: Basis = Basis()
    """Products that count."""
    expiry: Expiry | None = None
    """When they end; by the version's `expiry`, unless named."""
