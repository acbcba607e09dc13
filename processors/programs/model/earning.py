"""What earns: bases, rates, conditions, waiting, ends and caps."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from processors.programs.model.words import (
    Activity,
    CapPeriod,
    Count,
    Figure,
    Model,
    Money,
    Name,
    Names,
    Points,
    Positive,
    RewardName,
    Rounding,
    RuleName,
    Scalar,
    Some,
    SomeMoney,
    SomePoints,
    TierName,
    TierNames,
    UnitName,
)
from schemas.inputs.base import LineKind, TenderKind


class Unit(Model):
    """A unit of account, with its number of decimal places."""

    scale: Annotated[int, Field(ge=0, le=6)] = 0
    spendable: bool = True


class Basis(Model):
    """Which part of an order a rule looks at."""

    kinds: tuple[LineKind, ...] = Field(default=("goods",), strict=False)
    categories: Names | None = Field(default=None, strict=False)
    except_categories: Names = Field(default=(), strict=False)
    product_classes: Names | None = Field(default=None, strict=False)
    skus: Names | None = Field(default=None, strict=False)
    expression: str | None = None
    """Asked of each line: `line.brand == "acme" and line.amount >= 20.00`."""


class Tenders(Model):
    """Which payments earn, and what the others do to the basis."""

    only: tuple[TenderKind, ...] | None = Field(default=None, strict=False)
    never: tuple[TenderKind, ...] = Field(default=("points", "voucher"), strict=False)
    split: Literal["prorate", "deduct"] = "prorate"


class When(Model):
    """A condition on the order and the member; every part that is named must hold."""

    order: dict[Name, Scalar] = {}
    member: dict[Name, Scalar] = {}
    member_not: dict[Name, Scalar] = {}
    channels: Names | None = Field(default=None, strict=False)
    tiers: TierNames | None = Field(default=None, strict=False)
    plan: Name | None = None
    without_plan: Name | None = None
    minimum: Money | None = None
    """Least amount of the rule's basis, in whole currency units."""
    expression: str | None = None
    """Anything else: `event.spend >= 50.00 and time.weekday in ["saturday", "sunday"]`."""
    any_of: tuple[When, ...] = Field(default=(), strict=False)
    none_of: tuple[When, ...] = Field(default=(), strict=False)


class Rate(Model):
    """`points` for each `per` of the basis; by tier where tiers differ."""

    points: Figure = "1"
    per: SomeMoney = "1.00"
    by_tier: dict[TierName, Figure] = {}
    whole_steps: bool = False
    """Count whole steps first; multipliers act on whole points."""


class Release(Model):
    """When points that wait become available."""

    days: Count
    after: Literal["order", "shipped", "delivered", "paid"] = "order"
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
    after: Count = 0
    day: Annotated[int, Field(ge=1, le=28)] = 1
    """For `month_start` and `year_start`: the day of that month."""
    month: Annotated[int, Field(ge=1, le=12)] = 1
    """For `year_start`: the month with which such a year begins."""
    reason: Literal["date", "inactivity", "year_end"] = "date"
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
    per: CapPeriod
    counts: Literal["points", "awards"] = "points"


class SharedCap(Cap):
    """A cap that several rules share."""

    rules: tuple[RuleName, ...] = Field(strict=False)


Bracket = Annotated[tuple[Money, Points], Field(strict=False)]
"""An amount in whole currency units, and the points from there on."""


class Earning(Model):
    """What purchases earn by one rule."""

    unit: UnitName
    measure: Literal["amount", "visit", "units", "brackets"] = "amount"
    rate: Rate = Rate()
    brackets: tuple[Bracket, ...] = Field(default=(), strict=False)
    basis: Basis = Basis()
    tenders: Tenders = Tenders()
    when: When = When()
    rounding: Rounding = "floor"
    rounding_scope: Literal["order", "line"] = "order"
    release: Release | None = None
    expiry: Expiry | None = None
    caps: tuple[Cap, ...] = Field(default=(), strict=False)

    @property
    def by_line(self) -> bool:
        """True if each line earns by itself, so that a part of an order can be multiplied."""
        return self.measure in {"amount", "units"} and not self.rate.whole_steps


class ActivityEarning(Model):
    """What a recorded activity earns: points for each unit of quantity, or for each event."""

    activity: Name
    unit: UnitName | None = None
    points: Figure = "0"
    each: Literal["quantity", "event"] = "event"
    once: bool = False
    reward: RewardName | None = None
    when: When = When()
    """`order` and `event` are what was recorded: its attributes."""
    release: Release | None = None
    expiry: Expiry | None = None
    caps: tuple[Cap, ...] = Field(default=(), strict=False)


class DeliveryEarning(Model):
    """What a delivery earns that came later than was promised."""

    unit: UnitName
    points: SomePoints
    when: When = When()
    expiry: Expiry | None = None


class Streak(Model):
    """Points for an order with a product that was bought often before."""

    unit: UnitName
    points: SomePoints
    orders: Positive
    """So many orders with it, and the next one earns; then counting starts from zero."""
    within_days: Positive
    """Days that the first of them and the earning one span at most, both counted."""
    basis: Basis = Basis()
    expiry: Expiry | None = None
