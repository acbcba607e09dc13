"""Conversions of points into vouchers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.programs.compiled import Conversion
from processors.programs.figures import steps_of
from processors.programs.periods import next_window

if TYPE_CHECKING:
    from processors.programs import model
    from processors.programs.calendars import Calendar


def compile_conversions(version: model.Version, calendar: Calendar) -> tuple[Conversion, ...]:
    """The conversions of a version."""
    return tuple(
        Conversion(
            name,
            conversion.unit,
            steps_of(conversion.threshold, version.units[conversion.unit].scale),
            conversion.reward,
            conversion.mode,
            conversion.on_refund,
            None
            if conversion.every is None
            else next_window(conversion.every, calendar, version.fiscal_year_starts),
        )
        for name, conversion in version.conversions.items()
    )
