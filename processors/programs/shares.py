"""What each line of an order brings in: for previews, never for deciding.

Points are rounded once for an order and a rule, so a line has none of its own. What the order
holds by a rule is divided by what its lines are worth before rounding, the largest remainder first:
shares add up to what was posted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from processors.programs.conditions import basis_of
from processors.programs.rates import multiplier

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from processors.accounts.items import Order, OrderLine
    from processors.programs import model

    Weigh = Callable[[Order, OrderLine], int]

FINE = 10**12
"""Worths of lines are compared in such parts of a smallest step."""


class Shares(NamedTuple):
    """What an order holds by one rule, divided."""

    lines: dict[str, int]
    """By the lines' ids; only those that bring something in."""
    whole: int
    """What is given for the order, whatever its lines."""


def sharing(version: model.Version) -> Callable[[Order], dict[str, Shares]]:
    """How what an order holds is divided, rule by rule."""
    weighing = {name: _weight(name, rule, version) for name, rule in version.earning.items()}
    weighing |= {
        name: _by_units(promotion.basis)
        for name, promotion in version.promotions.items()
        if promotion.add is not None and promotion.each == "unit"
    }

    def shares(order: Order) -> dict[str, Shares]:
        return {
            rule: _divided(order, amount, weighing.get(rule))
            for rule, amount in order.granted.items()
        }

    return shares


def _weight(name: str, rule: model.Earning, version: model.Version) -> Weigh | None:
    """What a line is worth to a rule, before rounding; None for a rule of whole orders."""
    if rule.measure not in {"amount", "units"}:
        return None
    takes = basis_of(rule.basis, rule.tenders).takes
    rate = multiplier(name, rule, version)
    by_units = rule.measure == "units"

    def weigh(order: Order, line: OrderLine) -> int:
        if not takes(line):
            return 0
        top, bottom, _ = rate(order, line)
        return (line.kept_quantity if by_units else line.kept_minor) * top * FINE // bottom

    return weigh


def _by_units(basis: model.Basis) -> Weigh:
    takes = basis_of(basis, None).takes
    return lambda _order, line: line.kept_quantity * FINE if takes(line) else 0


def _divided(order: Order, amount: int, weigh: Weigh | None) -> Shares:
    weights = [0 if weigh is None else weigh(order, line) for line in order.lines]
    if not any(weights):
        return Shares({}, amount)
    parts = divide(amount, weights)
    ids = [line.line_id for line in order.lines]
    return Shares({line: part for line, part in zip(ids, parts, strict=True) if part}, 0)


def divide(amount: int, weights: Sequence[int]) -> list[int]:
    """An amount divided by weights: largest remainder, ties to the earlier one."""
    whole = sum(weights)
    parts = [amount * weight // whole for weight in weights]
    rests = [amount * weight % whole for weight in weights]
    most = sorted(range(len(weights)), key=lambda place: (-rests[place], place))
    for place in most[: amount - sum(parts)]:
        parts[place] += 1
    return parts
