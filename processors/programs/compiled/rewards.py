"""Rewards, redemptions, conversions, reminders, allowances."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from processors.accounts.account import Account
    from processors.programs.compiled.earning import Pool, Rule


@dataclass(frozen=True, slots=True)
class Reach:
    """A balance that grants a reward, and what becomes of it then."""

    unit: str
    amount: int
    once_per: Literal["membership_year", "lifetime"] | None
    reset: bool


@dataclass(frozen=True, slots=True)
class Done:
    """What is recorded of an activity, in millionths, that grants a reward: once, or each time."""

    activity: str
    figure: int
    again: bool


@dataclass(frozen=True, slots=True)
class Regulars:
    """So many kept orders since an instant; `since` says which, seen from another."""

    count: int
    minimum_minor: int
    since: Callable[[int], int]


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
    limit: tuple[int, Callable[[int, Account], str]] | None = None
    """How often one member may have it, and in which window."""
    stock: Pool | None = None
    """How many there are for all members."""
    valid_until: Callable[[int, Account], int | None] | None = None
    quantity: int = 1
    on_tier: tuple[str, frozenset[str]] | None = None
    """Granted on entry of one of these tiers of a ladder."""
    on_counter: Done | None = None
    on_balance: Reach | None = None
    on_orders: Regulars | None = None
    on_enrolment: tuple[int, int] | None = None
    """Granted to who enrols from an instant on, and before another."""
    on_birthday: Literal["day", "month"] | None = None
    recurs: bool = False
    """Granted on days that the calendar names."""
    running: Callable[[int, Account], bool] | None = None
    """Whether an instant lies in what the calendar opens; None for a reward that it does not."""
    top_up: Mapping[str, int] = field(default_factory=dict)
    """By tier: how many there are to be in all per calendar year."""
    choice_group: str | None = None
    """Using one of a group closes the others."""
    earns: int = 0
    """Points for using it, by the rule of its name."""
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
    takes: Literal["soonest_end", "first_earned", "last_earned"] = "soonest_end"
    """Which lots go first."""
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
    minimum: int = 0
    """The least that is spent at once, by amount."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """Every full threshold of a unit becomes a voucher."""

    id: str
    unit: str
    threshold: int
    reward_id: str
    mode: Literal["carry", "reset"]
    on_refund: Literal["cancel_unused", "keep_voucher"]
    next_at: Callable[[int, Account], int | None] | None = None
    """When a period is over, and points become vouchers; None: at once."""


@dataclass(frozen=True, slots=True)
class Reminder:
    """A notice before something ends. `at(that instant)` is when it is due."""

    id: str
    kind: Literal["unit", "ladder", "reward"]
    about: str
    """The unit, ladder or reward."""
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
class Accounting:
    """What one smallest step of a unit is worth in minor units, as a ratio, and to whom.

    `share` of the points is expected to be redeemed; None: nothing of a sale is deferred.
    """

    value_minor: tuple[int, int]
    share: tuple[int, int] | None
    billing: bool
