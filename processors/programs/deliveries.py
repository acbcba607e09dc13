"""What late deliveries earn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.programs.compiled import Delivery, Rule
from processors.programs.conditions import holds
from processors.programs.figures import steps_of
from processors.programs.periods import ending, releasing

if TYPE_CHECKING:
    from processors.programs import model
    from processors.programs.calendars import Calendar


def compile_deliveries(version: model.Version, calendar: Calendar) -> tuple[Delivery, ...]:
    """The rules of a version for deliveries that came later than was promised."""
    return tuple(
        Delivery(
            Rule(
                name,
                rule.unit,
                releasing(None, calendar),
                ending(rule.expiry or version.expiry, calendar),
            ),
            steps_of(rule.points, version.units[rule.unit].scale),
            holds(rule.when, version),
        )
        for name, rule in version.deliveries.items()
    )
