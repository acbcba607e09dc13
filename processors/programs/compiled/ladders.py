"""Tiers and ladders."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from processors.accounts.account import Account
    from processors.accounts.items import OrderLine


@dataclass(frozen=True, slots=True)
class Tier:
    """A rung. `thresholds` maps a part of the figures to what it must reach for the tier.

    A part is a currency, one of several things that are counted, or `*`.
    """

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
    counts: Mapping[str, int]
    """`spend`, `points`, `orders` or `activity:<name>`, with the places of each figure."""
    window_of: Callable[[int, Account], tuple[str, int | None]]
    held_until: Callable[[int, Account], int | None]
    rolling_from: Callable[[int], str] | None = None
    """For a rolling window: the first date (YYYY-MM-DD) that is in it at an instant."""
    held_from: Callable[[int], int] | None = None
    """For a tier held so many months in a rolling window: when one was judged that ends then."""
    rolling_until: Callable[[int], int] | None = None
    """For a rolling window: when what was counted at an instant leaves it."""
    by_currency: bool = False
    """True when thresholds differ by currency: one counter for each, never added up."""
    needs_all: bool = False
    """Of several things that are counted, each must reach its threshold, not one of them."""
    unit: str = ""
    """Of the points that are counted."""
    takes: Callable[[OrderLine], bool] | None = None
    """Lines that count; None: all goods."""
    counts_bonus: bool = False
    """What promotions add counts as well."""
    on_refund: Literal["immediate", "at_window_end", "never"] = "immediate"
    settles_at: Callable[[int], int] | None = None
    """When what an order of an instant has kept by then counts; None: at once."""
    hold_days: int | None = None
    lands_until: Callable[[int, Account], int | None] | None = None
    """Until when the tier one step down is held, for who loses one; None: he falls all the way."""
    schedule: Callable[[int], int] | None = None
    """For ladders judged on set dates only: the next judgement after an instant."""
    several: bool = field(init=False)
    """True when it counts several things: one counter for each, never added up."""
    by_part: bool = field(init=False)
    """True when it has more than one counter for a window."""
    ranks: Mapping[str, int] = field(init=False)
    """The place of each tier, from 0 for the lowest."""
    figures: tuple[str, ...] = field(init=False)
    """The parts whose figures carry a tier."""
    steps: tuple[tuple[str, int, int], ...] = field(init=False)
    """Each figure that carries a tier: its part, how high it must be, the tier's place."""
    by_attribute: bool = field(init=False)
    """True when an attribute of the member may give a tier."""

    def __post_init__(self) -> None:
        """Index the tiers."""
        steps = [
            (part, figure, rank)
            for rank, tier in enumerate(self.tiers)
            for part, figure in tier.thresholds.items()
        ]
        several = len(self.counts) > 1
        derived = {
            "several": several,
            "by_part": several or self.by_currency,
            "ranks": {tier.id: rank for rank, tier in enumerate(self.tiers)},
            "figures": tuple(dict.fromkeys(part for part, _, _ in steps)),
            "steps": tuple(steps),
            "by_attribute": any(tier.attribute is not None for tier in self.tiers),
        }
        for name, value in derived.items():
            object.__setattr__(self, name, value)

    def scale_of(self, part: str) -> int:
        """The places of a part's figure."""
        return self.counts[part] if part in self.counts else next(iter(self.counts.values()))
