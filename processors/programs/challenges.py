"""Challenges: a promotion with a target, for who opted in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.programs import compiled, model
from processors.programs.conditions import basis_of
from processors.programs.figures import steps_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from processors.accounts.items import Order

MINOR = 2


def compile_challenges(version: model.Version) -> tuple[compiled.Challenge, ...]:
    """Every challenge of a version."""
    return tuple(
        _challenge(name, promotion, version)
        for name, promotion in sorted(version.promotions.items())
        if promotion.target is not None
    )


def _challenge(name: str, promotion: model.Promotion, version: model.Version) -> compiled.Challenge:
    spends = promotion.target_counts == "spend"
    unit = promotion.unit or next(iter(version.units))
    return compiled.Challenge(
        id=name,
        target_minor=steps_of(promotion.target or "0", MINOR if spends else 0),
        amount=steps_of(promotion.add or "0", version.units[unit].scale),
        spend=_counting(promotion),
    )


def _counting(promotion: model.Promotion) -> Callable[[Order], int]:
    """What an order adds: what is kept of its basis, its units, or itself while any is kept."""
    basis = basis_of(promotion.basis, None)
    if promotion.target_counts == "units":
        return basis.units
    if promotion.target_counts == "orders":
        return lambda order: int(basis(order)[0] > 0)
    return lambda order: basis(order)[0]
