"""What late deliveries earn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.programs.compiled import Delivery
from processors.programs.conditions import holds
from processors.programs.figures import steps_of

if TYPE_CHECKING:
    from processors.programs import model


def compile_deliveries(version: model.Version) -> tuple[Delivery, ...]:
    """What a version gives for deliveries that came later than was promised."""
    return tuple(
        Delivery(
            name,
            steps_of(rule.points, version.units[rule.unit].scale),
            holds(rule.when, version),
        )
        for name, rule in version.deliveries.items()
    )
