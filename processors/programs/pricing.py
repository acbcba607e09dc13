"""What an order earns by the rules of one version (semantics, section 3). Closures over integers.

A base rate with its tier rate and multipliers is one rule with one rounding; exact until then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.programs import model
from processors.programs.compiled import Award
from processors.programs.conditions import basis_of, holds
from processors.programs.figures import rounded, steps_of
from processors.programs.parts import in_parts, pricing_parts
from processors.programs.rates import multiplier, reached
from processors.programs.streaks import skus_of, won
from schemas.ledger import Missed

if TYPE_CHECKING:
    from collections.abc import Callable

    from processors.accounts.items import Order
    from processors.programs.figures import Ratio

MINOR = 2
"""Places of a currency's minor unit."""
ONE_UNIT = 10**MINOR
"""One unit of a line, as `per` counts them."""
NOTHING = "nothing_to_earn_on"


def pricing(
    version: model.Version,
) -> Callable[[Order], tuple[list[Award], list[Missed]]]:
    """The price function of a version: what each rule gives for what is kept of an order."""
    rules = [_rule(name, rule, version) for name, rule in version.earning.items()]
    rules += [
        _addition(name, promotion, version)
        for name, promotion in version.promotions.items()
        if promotion.add is not None and promotion.target is None
    ]
    rules += [_streak(name, streak, version) for name, streak in version.streaks.items()]
    multiplying = [name for name, promotion in version.promotions.items() if not promotion.add]
    idle = {name: Missed("not_running", name) for name in multiplying}
    on_top = {name for name, promotion in version.promotions.items() if promotion.needs_base}

    def price(order: Order) -> tuple[list[Award], list[Missed]]:
        awards: list[Award] = []
        misses: list[Missed] = []
        for rule in rules:
            found = rule(order)
            if type(found) is Award:
                if not awards and found.rule in on_top:
                    misses.append(Missed("no_base_points", found.rule))
                    continue
                awards.append(found)
            elif type(found) is Missed:
                misses.append(found)
        running = order.frozen.promotions
        if running:
            misses += [missed for name, missed in idle.items() if name not in running]
        else:
            misses += idle.values()
        return awards, misses

    return price


def _rule(
    name: str, rule: model.Earning, version: model.Version
) -> Callable[[Order], Award | Missed]:
    basis = basis_of(rule.basis, rule.tenders)
    allowed = holds(rule.when, version)
    scale = version.units[rule.unit].scale
    measure = _measure(rule, scale)
    rate = multiplier(name, rule, version)
    minimum = 0 if rule.when.minimum is None else steps_of(rule.when.minimum, MINOR)
    rounding = rule.rounding
    parts = pricing_parts(rule, version, rate) if in_parts(name, rule, version) else None

    def price(order: Order) -> Award | Missed:
        reason = allowed(order)
        if reason is not None:
            return Missed(reason, name)
        amount, share_top, share_bottom = basis(order)
        if amount < minimum:
            return Missed("below_minimum", name)
        if not share_top:  # however it counts: what is paid for with points alone earns none
            return Missed(NOTHING, name)
        if parts is not None:
            points, figures = parts(order, amount)
            return Award(name, rule.unit, points, figures) if points > 0 else Missed(NOTHING, name)
        top, bottom = measure(order, amount, share_top, share_bottom)
        by_top, by_bottom, used = rate(order)
        points = rounded(top * by_top, bottom * by_bottom, rounding)
        if points <= 0:
            return Missed(NOTHING, name)
        figures = {
            "basis_minor": amount * share_top // share_bottom,
            "rate": f"{by_top}/{by_bottom}",
        }
        if used:
            figures["promotions"] = used
        return Award(name, rule.unit, points, figures)

    return price


def _measure(rule: model.Earning, scale: int) -> Callable[[Order, int, int, int], Ratio]:
    """Points before multipliers, as a ratio of smallest steps."""
    unit = 10**scale
    if rule.measure == "visit":
        return lambda _order, amount, _t, _b: (unit if amount else 0, 1)
    per = steps_of(rule.rate.per, MINOR)
    if rule.measure == "units":
        basis = basis_of(rule.basis, rule.tenders)
        if rule.rate.whole_steps:
            return lambda order, _a, _t, _b: (basis.units(order) * ONE_UNIT // per * unit, 1)
        return lambda order, _a, _t, _b: (basis.units(order) * ONE_UNIT * unit, per)
    if rule.measure == "brackets":
        steps = [(steps_of(at, MINOR), steps_of(points, scale)) for at, points in rule.brackets]
        steps.sort()

        def bracket(_order: Order, amount: int, top: int, bottom: int) -> Ratio:
            worth = 0
            for at, points in steps:
                if amount * top >= at * bottom:
                    worth = points
            return worth, 1

        return bracket
    if rule.rate.whole_steps:
        return lambda _o, amount, top, bottom: (amount * top // (bottom * per) * unit, 1)
    return lambda _o, amount, top, bottom: (amount * top * unit, bottom * per)


def _addition(
    name: str, promotion: model.Promotion, version: model.Version
) -> Callable[[Order], Award | Missed]:
    """A fixed add-on is a rule of its own."""
    unit = promotion.unit or next(iter(version.units))
    points = steps_of(promotion.add or "0", version.units[unit].scale)
    enough = reached(promotion, version)
    spend = basis_of(promotion.basis, model.Tenders())
    by_unit = promotion.each == "unit"

    def price(order: Order) -> Award | Missed:
        if name not in order.frozen.promotions:
            return Missed("not_running", name)
        amount, share_top, _ = spend(order)
        if not amount or not share_top or not enough(order):
            return Missed("below_minimum", name)
        if by_unit:
            units = spend.units(order)
            return Award(name, unit, points * units, {"add": points, "units": units}, fixed=True)
        return Award(name, unit, points, {"add": points}, fixed=True)

    return price


def _streak(
    name: str, streak: model.Streak, version: model.Version
) -> Callable[[Order], Award | Missed]:
    """Points for what the order won, as long as the product is kept."""
    points = steps_of(streak.points, version.units[streak.unit].scale)

    def price(order: Order) -> Award | Missed:
        kept = [
            sku for sku in skus_of(order, streak.basis) if won(name, sku) in order.frozen.promotions
        ]
        if not kept:
            return Missed("not_yet", name)
        return Award(name, streak.unit, points * len(kept), {"products": len(kept)}, fixed=True)

    return price
