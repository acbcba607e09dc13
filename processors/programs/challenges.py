"""Challenges: a promotion with a target, for who opted in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.programs import compiled, model
from processors.programs.conditions import basis_of
from processors.programs.figures import steps_of
from processors.programs.promotions import span_of

if TYPE_CHECKING:
    from processors.programs.calendars import Calendar

MINOR = 2


def compile_challenges(
    version: model.Version, calendar: Calendar
) -> tuple[compiled.Challenge, ...]:
    """Every challenge of a version."""
    return tuple(
        _challenge(name, promotion, version, calendar)
        for name, promotion in sorted(version.promotions.items())
        if promotion.target is not None
    )


def _challenge(
    name: str, promotion: model.Promotion, version: model.Version, calendar: Calendar
) -> compiled.Challenge:
    unit = promotion.unit or next(iter(version.units))
    spend = basis_of(promotion.basis, None)
    starts, ends = span_of(promotion, calendar)
    return compiled.Challenge(
        id=name,
        starts=starts,
        ends=ends,
        opt_in=promotion.opt_in,
        target_minor=steps_of(promotion.target or "0", MINOR),
        amount=steps_of(promotion.add or "0", version.units[unit].scale),
        spend=lambda order: spend(order)[0],
    )
