"""What points are for: rewards, vouchers, redemptions, and what all that is worth."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from processors.programs.model.promotions import Limit
from processors.programs.model.words import (
    Currency,
    Day,
    LadderName,
    Model,
    Money,
    Name,
    Points,
    Positive,
    Recurring,
    RewardName,
    SharedPeriod,
    Some,
    SomePoints,
    TierName,
    TierNames,
    UnitName,
    Weekday,
)


class Price(Model):
    """Another price for requests in a window."""

    starts: Day
    """The first day."""
    ends: Day
    """The first day after it."""
    cost: Points
    """Instead of the usual one."""


class Balance(Model):
    """Granted when what is available reaches a figure; withdrawn when a refund takes it below."""

    unit: UnitName
    """Whose balance."""
    reaches: SomePoints
    """The figure."""
    once_per: Literal["membership_year", "lifetime"] | None = None
    """Once in a membership year, or in a lifetime; each time, unless named."""
    reset: bool = False
    """The balance goes to 0, and a new membership year starts that day."""


class Done(Model):
    """Granted when all that was recorded of an activity reaches a figure; once, or at each one."""

    activity: Name
    """Its name."""
    reaches: Some
    """The sum of its quantities."""
    again: bool = False
    """At each further multiple of the figure as well: the 20th and the 30th visit, not the 10th
    alone."""


class Orders(Model):
    """Granted for so many kept orders within a rolling number of days; that uses them up."""

    count: Positive
    """So many orders."""
    within_days: Positive
    """The rolling days."""
    minimum: Money = "0.01"
    """Goods that an order must keep, in whole currency units."""


class Enrolment(Model):
    """Granted to who enrols in a window."""

    starts: Day | None = None
    """The first day."""
    ends: Day | None = None
    """The first day after it."""


class NthWeekday(Model):
    """Granted on one day of each month, for that day."""

    weekday: Weekday
    """The day of the week."""
    nth: Annotated[int, Field(ge=1, le=4)]
    """Which one of the month."""


class Using(Model):
    """What using a reward earns."""

    unit: UnitName
    """Of the points."""
    points: SomePoints
    """For each use."""


class Stock(Model):
    """At most so many for all members together, first come, first served."""

    units: Positive
    """So many."""
    per: SharedPeriod = "lifetime"
    """The period, by the date of the request; the reward's whole life, unless named."""


class Reward(Model):
    """Something to be had for points, or granted.

    With a `cost` it is in the catalogue: open while the price is there and its gates hold.
    """

    unit: UnitName | None = None
    """Of the cost."""
    cost: Points | None = None
    """Its price; "0" for what is free while its gates hold."""
    prices: tuple[Price, ...] = Field(default=(), strict=False)
    """Other prices in windows."""
    minimum_order: Money | None = None
    """Of the order that it is used on."""
    currency: Currency | None = None
    """Of that order."""
    ladder: LadderName | None = None
    """Of its tiers; the first one, unless named."""
    tiers: TierNames | None = Field(default=None, strict=False)
    """Only while one of these is held."""
    plan: Name | None = None
    """Only while this membership is active."""
    starts: Day | None = None
    """Open from this day on."""
    ends: Day | None = None
    """The first day on which it is closed."""
    limit: Limit | None = None
    """A catalogue reward is to be had so many times in a period by one member."""
    stock: Stock | None = None
    """How many of a catalogue reward there are: a request is committed when one is left for it."""
    quantity: Positive = 1
    """How many are granted at once."""
    valid_days: Positive | None = None
    """A grant lasts so many days."""
    valid_days_by_tier: dict[TierName, Positive] = {}
    """The same, by the tier held as it opens."""
    valid_until: Literal["month_end", "year_end"] | None = None
    """A grant lasts until then."""
    on_entry_of: TierNames | None = Field(default=None, strict=False)
    """Granted on entering one of these tiers."""
    top_up: dict[TierName, Positive] = {}
    """By tier, in all per calendar year: entering a tier grants what is missing."""
    on_balance: Balance | None = None
    """Granted when a balance reaches a figure."""
    on_activity: Done | None = None
    """Granted when an activity reaches a figure."""
    on_orders: Orders | None = None
    """Granted for so many orders."""
    on_score: Annotated[int, Field(ge=0, le=10)] | None = None
    """Granted for a survey's score of at least this."""
    on_birthday: Literal["day", "month"] | None = None
    """Granted on the birthday, for that day; or in its month."""
    on_enrolment: Enrolment | None = None
    """Granted to who enrols."""
    on_weekday: NthWeekday | None = None
    """Granted on a day of each month."""
    every: Recurring | None = None
    """Granted on the first day of each of these periods, to be used within it."""
    closes_with_tier: bool = False
    """What was granted ends with the tier that it was granted for."""
    choice_group: Name | None = None
    """Using one reward of a group closes the others."""
    earns: Using | None = None
    """What using it earns."""
    grants: RewardName | None = None
    """The reward that a commit of this one grants."""
