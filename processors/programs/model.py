"""A program file, as it is written. Closed: a key that is not here is a typo.

Amounts are exact decimal strings, dates and instants local to the program's zone. Every rule of
the language is one of these models; `compiler` turns them into closures.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from processors.programs.figures import ratio_of


class Model(BaseModel):
    """Frozen and closed."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def _decimal(value: str) -> str:
    ratio_of(value)
    return value


def _text(value: object) -> object:
    return str(value) if type(value) is int else value


def _date(value: object) -> object:
    return date.fromisoformat(value) if isinstance(value, str) else value


Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]
Figure = Annotated[str, BeforeValidator(_text), AfterValidator(_decimal)]
"""An exact figure, for example 1.25 or 500.00."""
Day = Annotated[date, BeforeValidator(_date)]
Positive = Annotated[int, Field(ge=1)]
Scalar = str | bool | int
LineKind = Literal["goods", "shipping", "fee", "tip", "gift_card", "donation", "deposit"]
Rounding = Literal["floor", "ceil", "half_up"]


class Unit(Model):
    """A unit of account, with its number of decimal places."""

    scale: Annotated[int, Field(ge=0, le=6)] = 0
    spendable: bool = True


class Basis(Model):
    """Which part of an order a rule looks at."""

    kinds: tuple[LineKind, ...] = Field(default=("goods",), strict=False)
    categories: tuple[Name, ...] | None = Field(default=None, strict=False)
    except_categories: tuple[Name, ...] = Field(default=(), strict=False)
    product_classes: tuple[Name, ...] | None = Field(default=None, strict=False)
    skus: tuple[Name, ...] | None = Field(default=None, strict=False)


class Tenders(Model):
    """Which payments earn, and what the others do to the basis."""

    only: tuple[Name, ...] | None = Field(default=None, strict=False)
    never: tuple[Name, ...] = Field(default=("points", "voucher"), strict=False)
    split: Literal["prorate", "deduct"] = "prorate"


class When(Model):
    """A condition on the order and the member; every part that is named must hold."""

    order: dict[Name, Scalar] = {}
    member: dict[Name, Scalar] = {}
    member_not: dict[Name, Scalar] = {}
    channels: tuple[Name, ...] | None = Field(default=None, strict=False)
    tiers: tuple[Name, ...] | None = Field(default=None, strict=False)
    plan: Name | None = None
    minimum: Figure | None = None
    """Least amount of the rule's basis, in whole currency units."""


class Rate(Model):
    """`points` for each `per` of the basis; by tier where tiers differ."""

    points: Figure = "1"
    per: Figure = "1.00"
    by_tier: dict[Name, Figure] = {}
    whole_steps: bool = False
    """Count whole steps first; multipliers act on whole points."""


class Release(Model):
    """When points that wait become available."""

    days: Annotated[int, Field(ge=0)]
    after: Literal["order", "shipped", "delivered", "paid"] = "order"


class Expiry(Model):
    """When points end, counted from the day on which they became available."""

    kind: Literal["never", "days", "months", "month_start", "quarter_start", "year_start"]
    after: Annotated[int, Field(ge=0)] = 0


class Cap(Model):
    """At most so much in one period."""

    amount: Figure
    per: Literal["order", "day", "month", "quarter", "year", "lifetime"]
    counts: Literal["points", "awards"] = "points"


class Earning(Model):
    """What purchases earn by one rule."""

    unit: Name
    measure: Literal["amount", "visit", "units", "brackets"] = "amount"
    rate: Rate = Rate()
    brackets: tuple[tuple[Figure, Figure], ...] = Field(default=(), strict=False)
    basis: Basis = Basis()
    tenders: Tenders = Tenders()
    when: When = When()
    rounding: Rounding = "floor"
    release: Release | None = None
    expiry: Expiry | None = None
    caps: tuple[Cap, ...] = Field(default=(), strict=False)


class ActivityEarning(Model):
    """What a recorded activity earns: points for each unit of quantity, or once."""

    activity: Name
    unit: Name
    points: Figure
    each: Literal["quantity", "event"] = "event"
    once: bool = False
    release: Release | None = None
    expiry: Expiry | None = None


class Promotion(Model):
    """More points while a window is open."""

    starts: Day
    ends: Day
    multiply: Figure | None = None
    add: Figure | None = None
    rules: tuple[Name, ...] | None = Field(default=None, strict=False)
    when: When = When()
    priority: int = 0
    per_day: Positive | None = None


class Rung(Model):
    """One tier, from the lowest up."""

    at: Figure | dict[Name, Figure] = "0"
    attribute: dict[Name, Scalar] = {}


class Ladder(Model):
    """Tiers and the figure that carries them."""

    tiers: dict[Name, Rung]
    counts: Annotated[str, Field(pattern=r"^(spend|points|orders|activity:.+)$")] = "spend"
    window: Literal["calendar_year", "membership_year", "lifetime", "rolling"] = "calendar_year"
    rolling_days: Positive | None = None
    rolling_months: Positive | None = None
    held: Literal["window", "next_window", "for_ever", "while_carried"] = "next_window"
    hold_days: Positive | None = None
    on_refund: Literal["immediate", "at_window_end", "never"] = "immediate"


class Reward(Model):
    """Something to be had for points, or granted."""

    unit: Name | None = None
    cost: Figure | None = None
    minimum_order: Figure | None = None
    currency: Name | None = None
    ladder: Name | None = None
    tiers: tuple[Name, ...] | None = Field(default=None, strict=False)
    plan: Name | None = None
    quantity: Positive = 1
    valid_days: Positive | None = None
    on_entry_of: tuple[Name, ...] | None = Field(default=None, strict=False)
    closes_with_tier: bool = False
    grants: Name | None = None


class Redemption(Model):
    """How points are spent."""

    mode: Literal["reserve", "immediate"] = "reserve"
    reversible: bool = True
    by_amount: tuple[Name, ...] = Field(default=(), strict=False)
    increment: Figure = "1"
    minimum_order: Figure | None = None
    minimum_balance: Figure = "0"
    hold_hours: Positive | None = None


class Refund(Model):
    """What a refund takes."""

    mode: Literal["recompute_net", "per_refund_floor", "whole_order", "none"] = "recompute_net"
    custom_amount: Literal["spread", "ignore"] = "spread"
    horizon_days: Positive = 730


class Side(Model):
    """What one side of a referral gets; more for members of a plan."""

    unit: Name
    points: Figure
    by_plan: dict[Name, Figure] = {}
    cap: Cap | None = None
    cap_by_plan: dict[Name, Figure] = {}
    release: Release | None = None
    expiry: Expiry | None = None


class Referral(Model):
    """A referral, by the friend's first order or by its completion."""

    on: Literal["first_order", "completed"] = "first_order"
    friend: Side | None = None
    referrer: Side | None = None
    minimum_order: Figure = "0"
    lookback_days: Positive = 30
    reverse: Literal["always", "until_release"] = "always"


class Review(Model):
    """What reviews earn."""

    unit: Name
    points: Figure
    photo: Figure | None = None
    verified_only: bool = True
    once_per_sku: bool = True
    per_day: Positive | None = None
    approve_after_days: Positive | None = None
    expiry: Expiry | None = None


class Reminder(Model):
    """A notice before points end."""

    unit: Name
    days_before: Positive


class Allowance(Model):
    """Points granted on the first of each month, whose rest lapses at its end."""

    unit: Name
    points: Figure
    per_attribute: dict[Name, Figure] = {}
    prorate: bool = True


class Recognition(Model):
    """Points that members hand to each other."""

    giving: Name
    earned: Name
    role_attribute: Name | None = None
    default_role: Name = "normal"
    givers: tuple[Name, ...] = Field(default=("normal",), strict=False)
    receivers: tuple[Name, ...] = Field(default=("normal",), strict=False)


class Version(Model):
    """The rules in force from a date on."""

    effective_from: Day
    retroactive: bool = False
    currencies: tuple[Name, ...] | None = Field(default=None, strict=False)
    units: dict[Name, Unit]
    enrolment: Literal["implicit", "required"] = "implicit"
    earning: dict[Name, Earning] = {}
    activities: dict[Name, ActivityEarning] = {}
    stacking: Literal["additive", "multiplicative", "best_only"] = "additive"
    promotions: dict[Name, Promotion] = {}
    ladders: dict[Name, Ladder] = {}
    rewards: dict[Name, Reward] = {}
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


class Late(Model):
    """How long events may come late, and how long inputs wait for what they refer to."""

    horizon_days: Positive = 30
    park_days: Positive = 30
    retro_claim_days: Positive = 30


class ProgramFile(Model):
    """One program: what never changes, and its versions."""

    program: Name
    says: str = ""
    time_zone: str
    promotion_zone: Literal["member_then_program", "program"] = "member_then_program"
    phone_region: Name | None = None
    late: Late = Late()
    versions: dict[Name, Version] = Field(min_length=1)
