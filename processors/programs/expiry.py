"""How long points last, what renews them and what keeps them from ending (semantics, section 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.programs.compiled import Lasting
from processors.programs.periods import ending

if TYPE_CHECKING:
    from processors.programs import model
    from processors.programs.calendars import Calendar


def lastings(version: model.Version, calendar: Calendar) -> dict[str, Lasting]:
    """How long the points of each rule last that says so itself; all others go by the version."""
    named = (version.earning, version.activities, version.deliveries, version.streaks)
    return {
        name: lasting(rule.expiry, calendar)
        for rules in named
        for name, rule in rules.items()
        if rule.expiry is not None
    }


def lasting(expiry: model.Expiry, calendar: Calendar) -> Lasting:
    """How long points last."""
    return Lasting(
        ends=ending(expiry, calendar),
        reason=expiry.reason,
        renewed_by=frozenset(expiry.renewed_by),
        renewed_in=None if expiry.renewed_in is None else frozenset(expiry.renewed_in),
        paused_in=frozenset(expiry.paused_in),
        grace_days=expiry.grace_days,
        plan=expiry.ends_with_plan,
    )
