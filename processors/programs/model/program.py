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
from processors.programs.model.rewards import Reward
from processors.programs.model.sides import Referral, Review
from processors.programs.model.spending import (
    Accounting,
    Allowance,
    Conversion,
    Recognition,
    Redemption,
    Reminder,
)
from processors.programs.model.words import (
    Currency,
    Day,
    Model,
    Name,
    Positive,
    UnitName,
    Zone,
)


class Refund(Model):
    """What a refund takes."""

    mode: Literal["recompute_net", "per_refund_floor", "whole_order", "none"] = "recompute_net"
    """`recompute_net`: the rule on what is kept; `per_refund_floor`: each refund by itself, cut;
    `whole_order`: any refund takes all."""
    custom_amount: Literal["spread", "ignore"] = "spread"
    """A refund without lines: spread over the goods, or without effect."""
    horizon_days: Positive = 730
    """How long after its date an order can be refunded, cancelled or edited."""


class Merge(Model):
    """What a member takes over whose other account is merged into his. Points always move."""

    tier: Literal["sum", "highest", "survivor"] = "sum"
    """By which the tier is judged; it never falls: `sum`: what both have counted; `highest`: that,
    and a higher tier of the other's stays as long as it was to be held; `survivor`: what the other
    has counted counts for no tier."""
    vouchers: Literal["move", "lapse"] = "move"
    """What was granted to the other and is not used: it moves, or is withdrawn."""


class Sunset(Model):
    """The first days on which nothing is earned, nothing is redeemed, and everything is gone."""

    earning: Day | None = None
    """The first day without earning."""
    redeeming: Day | None = None
    """The first day without redeeming."""
    lapse: Day | None = None
    """The day on which what is left is gone."""


class Version(Model):
    """The rules in force from a date on."""

    extends: Name | None = None
    """Another version; what this one says replaces what is said there, and null takes it away."""
    effective_from: Day
    """Its first day; orders keep the version of their own time."""
    retroactive: bool = False
    """Earlier orders and referral grants are priced again, and the difference is posted."""
    currencies: tuple[Currency, ...] | None = Field(default=None, strict=False)
    """Purchases in others are refused; all are booked, unless named."""
    units: dict[Name, Unit] = {}
    """By their names."""
    enrolment: Literal["implicit", "required"] = "implicit"
    """`required`: events of guests are refused."""
    earning: dict[Name, Earning] = {}
    """What purchases earn."""
    activities: dict[Name, ActivityEarning] = {}
    """What recorded activities earn."""
    deliveries: dict[Name, DeliveryEarning] = {}
    """What late deliveries earn."""
    streaks: dict[Name, Streak] = {}
    """What buying a product often earns."""
    caps: dict[Name, SharedCap] = {}
    """Caps that several rules share."""
    fiscal_year_starts: Annotated[int, Field(ge=1, le=12)] = 1
    """The month with which fiscal years and quarters begin."""
    stacking: Stacking = "additive"
    """How promotions of one group combine; see above."""
    promotions: dict[Name, Promotion] = {}
    """More points while a window is open."""
    opt_ins: Positive | None = None
    """Promotions that one member can opt in to."""
    birthday: Birthday = Birthday()
    """From when on a date of birth counts."""
    ladders: dict[Name, Ladder] = {}
    """Tiers, by ladder. A table by tier goes by the ladder that has its tiers."""
    rewards: dict[Name, Reward] = {}
    """What is to be had, or granted."""
    conversions: dict[Name, Conversion] = {}
    """Points that become vouchers by themselves."""
    redemption: Redemption = Redemption()
    """How points are spent."""
    refund: Refund = Refund()
    """What a refund takes."""
    negative_balance: Literal["carry", "floor_zero", "only_pending"] = "carry"
    """When points are spent already: `carry` makes debt, `floor_zero` forgives, `only_pending`
    takes pending ones alone."""
    expiry: Expiry = Expiry(kind="never")
    """Of rules that set none, and of adjustments."""
    referral: Referral | None = None
    """What bringing a friend earns."""
    reviews: Review | None = None
    """What reviews earn."""
    reminders: dict[Name, Reminder] = {}
    """Notices before points end."""
    allowances: dict[Name, Allowance] = {}
    """Points granted each month, to be given away."""
    recognition: Recognition | None = None
    """Points that members hand to each other."""
    merge: Merge = Merge()
    """When two accounts become one."""
    sunset: Sunset = Sunset()
    """The end of the program."""
    accounting: dict[UnitName, Accounting] = {}
    """What points are worth, by unit."""


class Late(Model):
    """How long events may come late, and how long inputs wait for what they refer to."""

    horizon_days: Positive = 30
    """An event that comes later than so many days is refused."""
    park_days: Positive = 30
    """How long an input waits for the order or review it names."""
    retro_claim_days: Positive = 30
    """How long an unknown alias's events wait for their member."""


class ProgramFile(Model):
    """One program: what never changes, and its versions."""

    extends: str | None = None
    """Another file, from this one on; maps are merged, all else is replaced, null takes away."""
    program: Name
    """Its id."""
    says: str = ""
    """In a sentence."""
    time_zone: Zone
    """Of its days, months and years."""
    promotion_zone: Literal["member_then_program", "program"] = "member_then_program"
    """Whether promotions and birthdays go by the member's zone, where it is known."""
    phone_region: Name | None = None
    """Country of phone numbers without one, such as US."""
    late: Late = Late()
    """How long things may take."""
    accepts: dict[Name, dict[str, str]] = {}
    """Findings of `loyalty program check` that are meant: by their id, then by the place that the
    finding names (with or without its version), the reason."""
    versions: dict[Name, Version] = Field(min_length=1)
    """By their labels, in order of their dates."""
