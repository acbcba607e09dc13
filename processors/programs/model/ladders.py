"""Tiers, and the figure that carries them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from processors.programs.model.conditions import Basis
from processors.programs.model.words import (
    Count,
    Counted,
    Model,
    Name,
    Points,
    Positive,
    Scalar,
    SeveralCounted,
    UnitName,
)

Part = Annotated[str, Field(pattern=r"^([A-Z]{3}|spend|points|orders|activity:.+)$")]
"""A currency, or what is counted."""


class Rung(Model):
    """One tier, from the lowest up."""

    at: Points | dict[Part, Points] = "0"
    """The figure from which it is held; by currency where they differ, and by what is counted where
    that is several things. The lowest has 0."""
    attribute: dict[Name, Scalar] = {}
    """A member with this attribute holds the tier, whatever is counted."""

    @property
    def counted(self) -> bool:
        """True if a figure carries it."""
        return "at" in self.model_fields_set


class Ladder(Model):
    """Tiers and the figure that carries them."""

    tiers: dict[Name, Rung] = Field(min_length=1)
    """From the lowest up."""
    counts: Counted | SeveralCounted = "spend"
    """`spend`, `points`, `orders` or `activity:NAME`; a list of them for tiers that several figures
    carry, each counted by itself and never added up."""
    needs: Literal["any", "all"] = "any"
    """Of several figures: `any` one of them that is reached carries a tier, or `all` must be."""
    unit: UnitName | None = None
    """For `points`: which; the first unit, unless named."""
    basis: Basis | None = None
    """For `spend` and `orders`: the lines that count; all goods, unless named."""
    counts_bonus: bool = False
    """For `points`: what promotions add counts as well."""
    settle_days: Count | None = None
    """An order counts so many days after its date, with what is kept by then."""
    window: Literal[
        "calendar_year",
        "calendar_quarter",
        "calendar_month",
        "fiscal_year",
        "membership_year",
        "personal",
        "lifetime",
        "rolling",
    ] = "calendar_year"
    """In which it is counted; then counting starts from zero."""
    personal_months: Positive | None = None
    """For `personal`: periods of so many months since enrolment."""
    rolling_days: Positive | None = None
    """For `rolling`: the last so many days."""
    rolling_months: Positive | None = None
    """For `rolling`: the last so many months."""
    held: Literal["window", "next_window", "months", "for_ever", "while_carried"] = "next_window"
    """Until when a tier is held; then it is judged again."""
    hold_months: Positive | None = None
    """For `months`: a tier is held so long, then judged again."""
    hold_days: Positive | None = None
    """A tier of a rolling window is held at least so long."""
    downgrade: Literal["supported", "one_step"] = "supported"
    """When a tier is over: to what the figure still carries, or one step down at most, for another
    window, or for as long as a tier is held in `months`."""
    on_refund: Literal["immediate", "at_window_end", "never"] = "immediate"
    """When a refund takes a tier."""
    judged: Literal["at_event", "first_working_day", "month", "quarter", "year"] = "at_event"
    """Upwards at once; or at 00:00 of the `first_working_day` of each month, or of the first day of
    each `month`, `quarter` or `year` alone, by what has been counted until then."""

    @property
    def counted(self) -> tuple[str, ...]:
        """What it counts: one thing, or several."""
        return self.counts if isinstance(self.counts, tuple) else (self.counts,)
