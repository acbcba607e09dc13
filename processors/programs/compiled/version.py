"""Versions, and the program that they make up."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

from processors.programs.compiled.earning import EVER
from schemas.values import digest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from processors.accounts.account import Account
    from processors.accounts.items import Frozen, Order
    from processors.programs.calendars import Calendar
    from processors.programs.compiled.earning import (
        ActivityRule,
        Award,
        Challenge,
        Delivery,
        Lasting,
        Rule,
        Unit,
    )
    from processors.programs.compiled.ladders import Ladder
    from processors.programs.compiled.rewards import (
        Accounting,
        Allowance,
        Conversion,
        Recognition,
        Redeeming,
        Reminder,
        Reward,
    )
    from processors.programs.compiled.sides import ReferralRules, ReviewRules
    from schemas.ledger import Missed


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
    price: Callable[[Order], tuple[list[Award], list[Missed]]]
    """Points for what is kept of an order, per rule, by its frozen conditions. Pure."""
    ladders: tuple[Ladder, ...]
    rewards: Mapping[str, Reward]
    redeeming: Redeeming
    refund_mode: Literal["recompute_net", "per_refund_floor", "whole_order", "none"]
    refund_custom: Literal["spread", "ignore"]
    refund_horizon_days: int
    negative: Literal["carry", "floor_zero", "only_pending"]
    parts: Mapping[str, str] = field(default_factory=dict)
    """Short hashes of what the version says, by place in the file."""
    merge_tier: Literal["sum", "highest", "survivor"] = "sum"
    merge_vouchers: Literal["move", "lapse"] = "move"
    catalogue: tuple[Reward, ...] = ()
    """Rewards that are to be had for a price."""
    gifts: tuple[Reward, ...] = ()
    """Rewards for who enrols."""
    limits: Callable[[Order, Account], list[tuple[str, int]]] | None = None
    """Trigger counters that this order uses up: `(counter key, count)`."""
    activities: Mapping[str, tuple[ActivityRule, ...]] = field(default_factory=dict)
    challenges: tuple[Challenge, ...] = ()
    streak_marks: Callable[[str, Order, Account], list[tuple[str, str | None]]] | None = None
    """Marks to be put when an order has come, by its id: what counts towards the next streak."""
    reviews: ReviewRules | None = None
    referrals: ReferralRules | None = None
    conversions: tuple[Conversion, ...] = ()
    reminders: tuple[Reminder, ...] = ()
    accounting: Mapping[str, Accounting] = field(default_factory=dict)
    """By unit: what a point is worth."""
    milestones: tuple[Reward, ...] = ()
    """Rewards that are granted by a balance, an activity, or orders; lower balances first."""
    once_in: Callable[[str | None, int, Account], str | None] = field(
        default=lambda _per, _at, _account: None
    )
    """The name of the span in which something happens once; None: no span."""
    allowances: tuple[Allowance, ...] = ()
    recognition: Recognition | None = None
    earning_ends: int | None = None
    redeeming_ends: int | None = None
    closes_at: int | None = None
    opt_in: Callable[[str, int, Account], str | None] = field(
        default=lambda _promotion, _at, _account: "unknown_promotion"
    )
    """The refusal of an opt-in to a promotion, or None."""
    choose_day: Callable[[str, int, Account], str | None] = field(
        default=lambda _date, _at, _account: "unknown_promotion"
    )
    """The refusal of a chosen bonus day, or None."""
    birthdays_begun: Callable[[Account, int], list[tuple[str, str]]] = field(
        default=lambda _account, _at: []
    )
    """Marks, put when a birthday is moved, of the promotions it has already opened this year."""
    lasting: Mapping[str, Lasting] = field(default_factory=dict)
    """How long the points of each rule last that says so itself."""
    lasts: Lasting = EVER
    """How long all others last."""
    renewing: frozenset[str] = frozenset()
    """Activities that renew points."""
    deliveries: tuple[Delivery, ...] = ()

    def lasting_of(self, rule: str) -> Lasting:
        """How long the points of a rule last."""
        return self.lasting.get(rule, self.lasts)


class Dated(NamedTuple):
    """Something that the calendar brings to every account."""

    name: str
    """The timer's name: its kind, and what it is about."""
    next_at: Callable[[int, Account], int | None]
    """The first time that it comes after an instant."""


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
    almanac: tuple[Dated, ...] = ()
    announced: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Promotions that members are told of: first instant, and the first one after."""
    birthday_year: Callable[[int, Account], str] = field(default=lambda _at, _account: "")
    """The calendar year of an instant where the member lives."""
    pauses: bool = False
    """True when a tier of some version keeps points from ending."""
    pooled: bool = False
    """True when all members share something: a budget, a stock."""
    hash: str = field(init=False)
    """Of all versions together."""
    by_label: Mapping[str, Version] = field(init=False)
    refund_horizon_days: int = field(init=False)
    """How long an order of any version can be changed."""

    def __post_init__(self) -> None:
        """Index the versions."""
        longest = max(version.refund_horizon_days for version in self.versions)
        known = "".join(version.hash for version in self.versions)
        object.__setattr__(self, "hash", digest(known.encode()))
        object.__setattr__(self, "by_label", {version.id: version for version in self.versions})
        object.__setattr__(self, "refund_horizon_days", longest)

    def version_at(self, instant: int) -> Version:
        """The version in force at `instant`; before the first one, the first."""
        chosen = self.versions[0]
        for version in self.versions:
            if version.effective_from > instant:
                break
            chosen = version
        return chosen

    def version(self, label: str) -> Version:
        """The version named `label`. Raises KeyError when there is none."""
        return self.by_label[label]
