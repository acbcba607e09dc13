"""A compiled program: what decisions ask it. Pure data and closures, made once at load.

Nothing here knows YAML, and nothing in `decisions/` knows how a program was written down.
Instants are microseconds since 1970 UTC; amounts are whole smallest steps of their unit.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from processors.accounts.account import Account, Frozen, Order
    from processors.programs.calendars import Calendar


class Award(NamedTuple):
    """Points that a rule gives, before caps, with the figures it used."""

    rule: str
    unit: str
    amount: int
    figures: dict[str, str | int]


class Miss(NamedTuple):
    """A rule that gives nothing here, and why."""

    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of account. `scale` is the number of decimal places; counters cannot be spent."""

    id: str
    scale: int = 0
    spendable: bool = True


@dataclass(frozen=True, slots=True)
class Tier:
    """A rung. `thresholds` maps a currency, or `*`, to the figure from which it is held."""

    id: str
    thresholds: Mapping[str, int]
    attribute: tuple[str, str | int | bool] | None = None


@dataclass(frozen=True, slots=True)
class Ladder:
    """Tiers in ascending order and how the figure that carries them is counted.

    `window_of(instant, account)` names the window an instant falls in and says when the window
    ends (None: never). `held_until(reached_at, account)` says until when a tier reached then is
    held (None: for ever). Rolling ladders count per day: their windows are days, named by their
    date (YYYY-MM-DD), and `rolling_from` and `rolling_until` are set.
    """

    id: str
    tiers: tuple[Tier, ...]
    counts: str
    """`spend`, `points`, `orders`, or `activity:<name>`."""
    scale: int
    window_of: Callable[[int, Account], tuple[str, int | None]]
    held_until: Callable[[int, Account], int | None]
    rolling_from: Callable[[int], str] | None = None
    """For a rolling window: the first date (YYYY-MM-DD) that is in it at an instant."""
    rolling_until: Callable[[int], int] | None = None
    """For a rolling window: when what was counted at an instant leaves it."""
    counts_bonus: bool = False
    on_refund: Literal["immediate", "at_window_end", "never"] = "immediate"
    settle_days: int | None = None
    hold_days: int | None = None
    schedule: Callable[[int], int] | None = None
    """For ladders judged on set dates only: the next judgement after an instant."""


@dataclass(frozen=True, slots=True)
class Rule:
    """An accrual rule: what it gives, when that is released, and when it ends.

    `release_at(order or event time, account)` is None for points available at once.
    `expires_at(available_from, account)` is None for points that never expire.
    """

    id: str
    unit: str
    release_at: Callable[[int, Account], int | None]
    expires_at: Callable[[int, Account], int | None]
    release_on: Literal["order", "shipped", "delivered", "paid", "none"] = "none"
    caps: tuple[Cap, ...] = ()


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `amount` of what `rules` give in one window. `window_of` names it."""

    id: str
    amount: int
    window_of: Callable[[int, Account], str]
    counts: Literal["points", "awards"] = "points"


@dataclass(frozen=True, slots=True)
class ActivityRule:
    """What a recorded activity earns. `price(quantity in 10^-6, attributes)` gives the award."""

    rule: Rule
    activity: str
    price: Callable[[int, Frozen], Award | Miss]
    once: bool = False
    reward_id: str | None = None


@dataclass(frozen=True, slots=True)
class ReviewRules:
    """What reviews earn."""

    rule: Rule
    amount: int
    photo: Rule | None
    photo_amount: int
    verified_only: bool
    once_per_sku: bool
    cap: Cap | None
    approve_at: Callable[[int, Account], int | None]
    """When a review that waits for a moderator is approved by itself."""


@dataclass(frozen=True, slots=True)
class ReferralRules:
    """A two-sided referral."""

    on: Literal["first_order", "completed"]
    friend: Rule | None
    friend_amount: Callable[[Account], int]
    referrer: Rule | None
    referrer_amount: Callable[[Account], int]
    minimum_minor: int
    lookback_days: int
    cap: Callable[[Account], Cap | None]
    """The referrer's cap, which may depend on his plan."""
    reverse: Literal["always", "until_release"]


@dataclass(frozen=True, slots=True)
class Reward:
    """Something to be had for points, or granted.

    `cost(instant)` is the price in `unit`, in smallest steps; None for a granted reward.
    """

    id: str
    unit: str | None
    cost: Callable[[int], int] | None
    minimum_order_minor: int = 0
    currency: str | None = None
    tiers: frozenset[str] | None = None
    ladder: str | None = None
    plan: str | None = None
    open_at: Callable[[int, Account], bool] | None = None
    valid_until: Callable[[int, Account], int | None] | None = None
    quantity: int = 1
    on_tier: tuple[str, frozenset[str]] | None = None
    """Granted on entry of one of these tiers of a ladder."""
    on_counter: tuple[str, int] | None = None
    """Granted once when a counter reaches a figure."""
    closes_with_tier: bool = False
    on_score: int | None = None
    """Granted for a survey's score of at least this."""
    grants: str | None = None
    """The reward that a commit of this one grants."""


@dataclass(frozen=True, slots=True)
class Redeeming:
    """How points are spent by amount and by reward."""

    mode: Literal["reserve", "immediate"] = "reserve"
    reversible: bool = True
    units: frozenset[str] = frozenset()
    """Units that may be redeemed by amount."""
    increment: int = 1
    minimum_order_minor: int = 0
    ceiling: Callable[[int], int] | None = None
    """Most points for an order of so many minor units."""
    minimum_balance: int = 0
    remain_payable_minor: int = 0
    point_minor: tuple[int, int] | None = None
    """Value of one smallest step in minor units, as a ratio."""
    hold_until: Callable[[int], int | None] = field(default=lambda _: None)


@dataclass(frozen=True, slots=True)
class Conversion:
    """Every full threshold of a unit becomes a voucher."""

    unit: str
    threshold: int
    reward_id: str
    mode: Literal["carry", "reset"]
    on_refund: Literal["cancel_unused", "keep_voucher"]


@dataclass(frozen=True, slots=True)
class Reminder:
    """A notice before points expire. `at(expiry instant)` is when it is due."""

    id: str
    unit: str
    at: Callable[[int], int]


@dataclass(frozen=True, slots=True)
class Allowance:
    """Points granted at the start of each window, whose rest lapses at its end."""

    rule: Rule
    amount: Callable[[int, Account, bool], int]
    """At an instant; the flag says whether the member joined in this window."""
    next_at: Callable[[int], int]


@dataclass(frozen=True, slots=True)
class Recognition:
    """Points handed from one member to another."""

    giving: str
    earned: Rule
    role_attribute: str | None
    givers: frozenset[str]
    receivers: frozenset[str]
    default_role: str


@dataclass(frozen=True, slots=True)
class Version:
    """The rules in force from an instant on."""

    id: str
    hash: str
    effective_from: int
    retroactive: bool
    units: Mapping[str, Unit]
    currencies: frozenset[str] | None
    enrolment: Literal["implicit", "required"]
    rules: Mapping[str, Rule]
    freeze: Callable[[Order, Account], Frozen]
    """What pricing will read of the member and the calendar, taken once when the order comes."""
    price: Callable[[Order], tuple[list[Award], list[Miss]]]
    """Points for what is kept of an order, per rule, by its frozen conditions. Pure."""
    limits: Callable[[Order], list[tuple[str, int]]]
    """Trigger counters that this order uses up: `(counter key, count)`."""
    ladders: tuple[Ladder, ...]
    rewards: Mapping[str, Reward]
    redeeming: Redeeming
    refund_mode: Literal["recompute_net", "per_refund_floor", "whole_order", "none"]
    refund_custom: Literal["spread", "ignore"]
    refund_horizon_days: int
    negative: Literal["carry", "floor_zero", "only_pending"]
    activities: Mapping[str, tuple[ActivityRule, ...]] = field(default_factory=dict)
    reviews: ReviewRules | None = None
    referrals: ReferralRules | None = None
    conversions: tuple[Conversion, ...] = ()
    reminders: tuple[Reminder, ...] = ()
    allowances: tuple[Allowance, ...] = ()
    recognition: Recognition | None = None
    earning_ends: int | None = None
    redeeming_ends: int | None = None
    closes_at: int | None = None
    adjustment_expires_at: Callable[[str, int, Account], int | None] = field(
        default=lambda _unit, _at, _account: None
    )
    opt_in: Callable[[str, int, Account], str | None] = field(
        default=lambda _promotion, _at, _account: "unknown_promotion"
    )
    """The refusal of an opt-in to a promotion, or None."""
    choose_day: Callable[[str, int, Account], str | None] = field(
        default=lambda _date, _at, _account: "unknown_promotion"
    )
    """The refusal of a chosen bonus day, or None."""
    inactivity: Callable[[str, int], int | None] = field(default=lambda _unit, _at: None)
    """By unit: when all lots lapse after a counting activity at an instant."""


@dataclass(frozen=True, slots=True)
class Program:
    """A program: its versions in order of time, and the settings that no version changes."""

    id: str
    calendar: Calendar
    versions: tuple[Version, ...]
    late_horizon_days: int
    park_days: int
    retro_claim_days: int
    phone_region: str | None = None

    @property
    def refund_horizon_days(self) -> int:
        """How long an order of any version can be changed."""
        return max(version.refund_horizon_days for version in self.versions)

    def version_at(self, instant: int) -> Version:
        """The version in force at `instant`; before the first one, the first."""
        chosen = self.versions[0]
        for version in self.versions[1:]:
            if version.effective_from > instant:
                break
            chosen = version
        return chosen

    def version(self, label: str) -> Version:
        """The version named `label`. Raises KeyError when there is none."""
        for version in self.versions:
            if version.id == label:
                return version
        raise KeyError(label)
