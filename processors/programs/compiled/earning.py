"""Units, accrual rules and caps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from processors.accounts.account import Account, Frozen


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
class Cap:
    """At most `amount` of what `rules` give in one window. `window_of` names it."""

    id: str
    amount: int
    window_of: Callable[[int, Account], str]
    counts: Literal["points", "awards"] = "points"


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
class ActivityRule:
    """What a recorded activity earns. `price(quantity in 10^-6, attributes)` gives the award."""

    rule: Rule
    activity: str
    price: Callable[[int, Frozen], Award | Miss]
    once: bool = False
    reward_id: str | None = None
