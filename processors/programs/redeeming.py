"""How points of a version are spent: steps, minimums, ceilings (semantics, section 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.programs import compiled
from processors.programs.figures import ratio_of, steps_of
from processors.programs.pricing import MINOR

if TYPE_CHECKING:
    from collections.abc import Callable

    from processors.programs import model
    from processors.programs.model.spending import Ceiling

HOUR = 3_600_000_000


def compile_redeeming(version: model.Version) -> compiled.Redeeming:
    """The redemption rules of a version."""
    redemption = version.redemption
    unit = redemption.by_amount[0] if redemption.by_amount else next(iter(version.units), "")
    scale = version.units[unit].scale if unit else 0
    return compiled.Redeeming(
        mode=redemption.mode,
        reversible=redemption.reversible,
        takes=redemption.takes,
        units=frozenset(redemption.by_amount),
        minimum=steps_of(redemption.minimum, scale),
        increment=steps_of(redemption.increment, scale),
        minimum_order_minor=minor_of(redemption.minimum_order),
        ceiling=_ceiling(redemption.ceiling, scale),
        minimum_balance=steps_of(redemption.minimum_balance, scale),
        remain_payable_minor=minor_of(redemption.remain_payable),
        point_minor=_value(redemption.point_value, scale),
        hold_until=_hold(redemption.hold_hours),
    )


def minor_of(figure: str | None) -> int:
    """Minor units of a figure in currency units; 0 for none."""
    return 0 if figure is None else steps_of(figure, MINOR)


def _ceiling(ceiling: Ceiling | None, scale: int) -> Callable[[int], int] | None:
    """Most points for an order: so many for each full amount of it."""
    if ceiling is None:
        return None
    points, per = steps_of(ceiling.points, scale), steps_of(ceiling.per, MINOR)
    return lambda total_minor: total_minor // per * points


def _value(point_value: str | None, scale: int) -> tuple[int, int] | None:
    """Minor units that the smallest step of the unit is worth, as a ratio."""
    if point_value is None:
        return None
    top, bottom = ratio_of(point_value)
    return top * 10**MINOR, bottom * 10**scale


def _hold(hours: int | None) -> Callable[[int], int | None]:
    return lambda at: None if hours is None else at + hours * HOUR


def compile_accounting(version: model.Version) -> dict[str, compiled.Accounting]:
    """What a smallest step of each unit is worth."""
    found: dict[str, compiled.Accounting] = {}
    for unit, terms in version.accounting.items():
        top, bottom = ratio_of(terms.value)
        share = None if terms.redeemed_share is None else ratio_of(terms.redeemed_share)
        value = (top * 10**MINOR, bottom * 10 ** version.units[unit].scale)
        found[unit] = compiled.Accounting(value, share, terms.billing is not None)
    return found
