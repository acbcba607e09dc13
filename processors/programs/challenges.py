"""Challenges: a promotion with a target, for who opted in."""

from __future__ import annotations

from processors.programs import compiled, model
from processors.programs.conditions import basis_of
from processors.programs.figures import steps_of

MINOR = 2


def compile_challenges(version: model.Version) -> tuple[compiled.Challenge, ...]:
    """Every challenge of a version."""
    return tuple(
        _challenge(name, promotion, version)
        for name, promotion in sorted(version.promotions.items())
        if promotion.target is not None
    )


def _challenge(name: str, promotion: model.Promotion, version: model.Version) -> compiled.Challenge:
    unit = promotion.unit or next(iter(version.units))
    spend = basis_of(promotion.basis, None)
    return compiled.Challenge(
        id=name,
        target_minor=steps_of(promotion.target or "0", MINOR),
        amount=steps_of(promotion.add or "0", version.units[unit].scale),
        spend=lambda order: spend(order)[0],
    )
