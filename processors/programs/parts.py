"""Rules that price an order in parts: line by line, or by the promotions that multiply some lines.

The rest of a rule is asked of the whole order: its condition, its minimum, what promotions need.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.programs.conditions import basis_of
from processors.programs.figures import rounded, steps_of
from processors.programs.model.words import MINOR

if TYPE_CHECKING:
    from collections.abc import Callable

    from processors.accounts.items import Order, OrderLine
    from processors.programs import model

    Rate = Callable[[Order, OrderLine | None], tuple[int, int, str]]
    Points = Callable[[Order, int], tuple[int, dict[str, str | int]]]


def in_parts(name: str, rule: model.Earning, version: model.Version) -> bool:
    """True for a rule that has to look at lines one by one."""
    narrow = (one for one in version.promotions.values() if one.applies_to == "basis")
    named = any(one.rules is None or name in one.rules for one in narrow)
    return rule.by_line and (rule.rounding_scope == "line" or named)


def pricing_parts(rule: model.Earning, version: model.Version, rate: Rate) -> Points:
    """Points for what is kept of an order, and the figures, when `amount` of it is the basis."""
    basis = basis_of(rule.basis, rule.tenders)
    unit = 10 ** version.units[rule.unit].scale
    per = steps_of(rule.rate.per, MINOR)
    by_line, by_unit = rule.rounding_scope == "line", rule.measure == "units"

    def points(order: Order, amount: int) -> tuple[int, dict[str, str | int]]:
        whole, share_top, share_bottom = basis(order)
        lines = [line for line in order.lines if basis.takes(line)]
        total = sum(line.kept_minor for line in lines)
        found = top = 0
        bottom = 1
        promotions: dict[str, None] = {}
        for line in lines if total else ():
            by_top, by_bottom, used = rate(order, line)
            promotions |= dict.fromkeys(used.split(",") if used else ())
            if by_unit:
                one = line.kept_quantity * 10**MINOR * unit * by_top
                part = per * by_bottom
            else:
                # What tenders leave of the whole is shared by the lines by their amounts.
                one = line.kept_minor * whole * share_top * unit * by_top
                part = total * share_bottom * per * by_bottom
            if by_line:
                found += rounded(one, part, rule.rounding)
            else:
                top, bottom = top * part + one * bottom, bottom * part
        found += 0 if by_line else rounded(top, bottom, rule.rounding)
        figures: dict[str, str | int] = {
            "basis_minor": amount * share_top // share_bottom,
            "lines": len(lines),
        }
        if promotions:
            figures["promotions"] = ",".join(promotions)
        return found, figures

    return points
