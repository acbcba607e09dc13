"""More points while a window is open, by whatever opens it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from processors.programs.model.conditions import Basis, When
from processors.programs.model.words import (
    Clock,
    Count,
    Day,
    EarningName,
    Model,
    Name,
    Period,
    Positive,
    SharedPeriod,
    Some,
    SomePoints,
    TierName,
    UnitName,
    Weekday,
    Whole,
)

Stacking = Literal["additive", "multiplicative", "best_only", "latest_only"]


class Limit(Model):
    """So many orders of one member in a period."""

    times: Positive
    """So many."""
    per: Period
    """The period, by the date of the order or request."""


class Budget(Model):
    """At most so many points for all members together, first come, first served."""

    points: SomePoints
    """So many."""
    per: SharedPeriod = "lifetime"
    """The period, by the date of the order; the promotion's whole life, unless named."""


class ChosenDays(Model):
    """Days that members choose themselves, so many in a period of the chosen day."""

    times: Positive
    """So many days."""
    times_by_tier: dict[TierName, Positive] = {}
    """In the place of `times`."""
    per: Literal["month", "year"]
    """The period of the chosen day."""


class Promotion(Model):
    """Exactly one effect: `multiply` (also by tier), `rate`, or `add`."""

    created: Day | None = None
    """For `latest_only`: the younger one goes first."""
    starts: Day | None = None
    """Its first day."""
    ends: Day | None = None
    """The first day after it."""
    weekdays: tuple[Weekday, ...] | None = Field(default=None, strict=False)
    """Only on these."""
    hours: tuple[Clock, Clock] | None = Field(default=None, strict=False)
    """Only from the first to the second, such as ["16:00", "18:00"]."""
    birthday: Literal["month", "day"] | None = None
    """In the month of the member's birthday, or on the day."""
    chosen_days: ChosenDays | None = None
    """On days that the member chose with `loyalty.bonus_day.chosen`."""
    when: When = When()
    """Orders that it is for. `minimum` and expressions are judged again after a refund."""
    basis: Basis = Basis()
    """What `minimum` and `target` are counted on; what `applies_to: basis` multiplies."""
    applies_to: Literal["order", "basis"] = "order"
    """`basis`: the rate of the lines of its basis alone, not of the whole order."""
    multiply: Some | None = None
    """Times the rate."""
    multiply_by_tier: dict[TierName, Some] = {}
    """Times the rate, by tier."""
    rate: Some | None = None
    """Points per step of the rule, instead of its own rate and of every other promotion."""
    add: SomePoints | None = None
    """Points on top."""
    each: Literal["order", "unit"] = "order"
    """`add` for the order, or for each unit of its basis that is kept."""
    unit: UnitName | None = None
    """Of `add`; the first unit, unless named."""
    needs_base: bool = False
    """`add` comes only on top of an order that earns something without it."""
    rules: tuple[EarningName, ...] | None = Field(default=None, strict=False)
    """Earning rules that it changes; all, unless named."""
    limit: Limit | None = None
    """Orders of one member in a period."""
    budget: Budget | None = None
    """What all members together get of `add`: the points wait until it is known what is left."""
    opt_in: bool = False
    """Only for who opted in."""
    target: Some | None = None
    """A challenge: `add` is earned once, when what is kept since opting in reaches this."""
    target_counts: Literal["spend", "orders", "units"] = "spend"
    """What reaches the target: money spent, orders, or units."""
    group: Name | None = None
    """Promotions of one group combine; between groups the best one counts."""
    priority: Whole = 0
    """Of two promotions with a `rate`, or of one day, the higher one goes first."""
    announce_days: Count | None = None
    """Every member is told so many days before it starts, at 00:00."""


class Birthday(Model):
    """From when on a date of birth counts."""

    lock_days: Count = 30
    """Days before the birthday by which the date must be known."""
    lock_mode: Literal["next_year"] = "next_year"
    """A date that came too late counts from the next year on."""
