"""More points while a window is open, by whatever opens it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from processors.programs.model.earning import Basis, When
from processors.programs.model.words import (
    Clock,
    Count,
    Day,
    EarningName,
    Model,
    Name,
    Period,
    Positive,
    Some,
    SomePoints,
    TierName,
    UnitName,
    Weekday,
)

Stacking = Literal["additive", "multiplicative", "best_only", "latest_only"]


class Limit(Model):
    """So many orders of one member in a period."""

    times: Positive
    per: Period


class ChosenDays(Model):
    """Days that members choose themselves, so many in a period of the chosen day."""

    times: Positive
    times_by_tier: dict[TierName, Positive] = {}
    per: Literal["month", "year"]


class Promotion(Model):
    """Exactly one effect: `multiply` (also by tier), `rate`, or `add`."""

    created: Day | None = None
    """For `latest_only`: the younger one goes first."""
    starts: Day | None = None
    ends: Day | None = None
    weekdays: tuple[Weekday, ...] | None = Field(default=None, strict=False)
    hours: tuple[Clock, Clock] | None = Field(default=None, strict=False)
    birthday: Literal["month", "day"] | None = None
    chosen_days: ChosenDays | None = None
    when: When = When()
    basis: Basis = Basis()
    """What `minimum` and `target` are counted on; what `applies_to: basis` multiplies."""
    applies_to: Literal["order", "basis"] = "order"
    """`basis`: the rate of the lines of its basis alone, not of the whole order."""
    multiply: Some | None = None
    multiply_by_tier: dict[TierName, Some] = {}
    rate: Some | None = None
    """Points per step of the rule, instead of its own rate and of every other promotion."""
    add: SomePoints | None = None
    each: Literal["order", "unit"] = "order"
    """`add` for the order, or for each unit of its basis that is kept."""
    unit: UnitName | None = None
    """Of `add`; the first unit, unless named."""
    needs_base: bool = False
    """`add` comes only on top of an order that earns something without it."""
    rules: tuple[EarningName, ...] | None = Field(default=None, strict=False)
    limit: Limit | None = None
    opt_in: bool = False
    target: Some | None = None
    """A challenge: `add` is earned once, when what is kept since opting in reaches this."""
    target_counts: Literal["spend", "orders", "units"] = "spend"
    group: Name | None = None
    """Promotions of one group combine; between groups the best one counts."""
    priority: int = 0
    announce_days: Count | None = None
    """Every member is told so many days before it starts, at 00:00."""


class Birthday(Model):
    """From when on a date of birth counts."""

    lock_days: Count = 30
    lock_mode: Literal["next_year"] = "next_year"
