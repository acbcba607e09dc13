"""Conversions of points into vouchers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.programs.compiled import Conversion
from processors.programs.figures import steps_of

if TYPE_CHECKING:
    from processors.programs import model


def compile_conversions(version: model.Version) -> tuple[Conversion, ...]:
    """The conversions of a version."""
    return tuple(
        Conversion(
            conversion.unit,
            steps_of(conversion.threshold, version.units[conversion.unit].scale),
            conversion.reward,
            conversion.mode,
            conversion.on_refund,
        )
        for conversion in version.conversions.values()
    )
