"""Units, accrual rules and caps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable

    from processors.accounts.account import Account
    from processors.accounts.items import Frozen, Order
    from schemas.ledger import Missed


class Award(Struct, frozen=True, gc=False):
    """Points that a rule gives, before caps, with the figures it used."""

    rule: str
    unit: str
    amount: int
    figures: dict[str, str | int]
    fixed: bool = False
    """True for what comes on top of other points, whatever their number."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of account. `scale` is the number of decimal places; counters cannot be spent."""

    id: str
    scale: int = 0
    spendable: bool = True


@dataclass(frozen=True, slots=True)
class Lasting:
    """How long points last, and what moves their end.

    `ends(available_from, account)` is None for points that never end; an activity of `renewed_by`
    makes them available again.
    """

    ends: Callable[[int, Account], int | None]
    reason: str = "date"
    renewed_by: frozenset[str] = frozenset()
    renewed_in: frozenset[str] | None = None
    paused_in: frozenset[str] = frozenset()
    grace_days: int = 0
    plan: str | None = None
    """They end with this membership as well."""


def _never(_at: int, _account: Account) -> int | None:
    return None


EVER = Lasting(_never)
"""Of points that have no end."""


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `amount` of what `rules` give in one window. `window_of` names it."""

    id: str
    amount: int
    window_of: Callable[[int, Account], str]
    counts: Literal["points", "awards"] = "points"


@dataclass(frozen=True, slots=True)
class Pool:
    """At most `amount` for all members together in one window, counted by an `account` for it."""

    account: str
    amount: int
    window_of: Callable[[int, Account], str]


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
    step: int = 0
    """Released points become available in full steps of this; 0: all at once."""
    pool: Pool | None = None
    """What all members share of it."""


@dataclass(frozen=True, slots=True)
class ActivityRule:
    """What a recorded activity earns. `price(quantity in 10^-6, attributes)` gives the award."""

    rule: Rule
    activity: str
    price: Callable[[int, Frozen], Award | Missed]
    once: bool = False
    reward_id: str | None = None
    missing: Callable[[Order], str | None] | None = None
    """The first condition that does not hold, of what was recorded as an order without lines."""


@dataclass(frozen=True, slots=True)
class Challenge:
    """Points, once, for orders that met it and reach its target; its rule has its name."""

    id: str
    target_minor: int
    amount: int
    spend: Callable[[Order], int]


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a delivery earns that came later than was promised; its rule has its name."""

    id: str
    amount: int
    missing: Callable[[Order], str | None]
    """The first condition that does not hold, of the order and the member as he is then."""
