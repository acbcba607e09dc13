"""The rate of a rule: the tier's, and what the promotions that match make of it (section 3.3, 3.4).

Exact ratios until the one rounding. `additive`: a k-fold promotion adds k - 1 times the lowest
tier's rate. Promotions of one group combine; between groups the one that gives most counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from processors.programs.conditions import basis_of, holds
from processors.programs.expressions.freezing import inside
from processors.programs.figures import ratio_of, steps_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from processors.accounts.items import Order, OrderLine
    from processors.programs import model
    from processors.programs.figures import Ratio

    Combine = Callable[[Ratio, Sequence[Ratio]], Ratio]

MINOR = 2
ONE: Ratio = (1, 1)


class Extra(NamedTuple):
    """A promotion as a rule sees it: its factor by tier, or the rate it sets."""

    name: str
    group: str
    factor: Ratio
    ladder: str
    by_tier: dict[str, Ratio]
    rate: Ratio | None
    priority: int
    reached: Callable[[Order], bool]
    """Judged again on what is kept."""
    takes: Callable[[OrderLine], bool] | None
    """Lines that it multiplies; None: the whole order."""

    def times(self, tiers: dict[str, str]) -> Ratio:
        """The factor at the tiers held."""
        return self.by_tier.get(tiers.get(self.ladder, ""), ONE) if self.by_tier else self.factor


def multiplier(
    name: str, rule: model.Earning, version: model.Version
) -> Callable[..., tuple[int, int, str]]:
    """The rate for an order, or for one line of it, as a ratio, with the promotions in it."""
    default = ratio_of(rule.rate.points)
    by_tier = {tier: ratio_of(points) for tier, points in rule.rate.by_tier.items()}
    ladder = ladder_of(by_tier, version)
    lowest = _lowest(ladder, version, by_tier, default)
    extras = {extra.name: extra for extra in _extras(name, version)}
    combine = _combination(version.stacking, lowest)
    cap = _cap(rule)
    usual = {tier: (*_within(base, cap), "") for tier, base in by_tier.items()}
    otherwise = (*_within(default, cap), "")

    def rate(order: Order, line: OrderLine | None = None) -> tuple[int, int, str]:
        frozen = order.frozen
        tier = frozen.tiers.get(ladder, "")
        if not frozen.promotions or not extras:
            return usual.get(tier, otherwise)
        base = by_tier.get(tier, default)
        matched = [extras[key] for key in frozen.promotions if key in extras]
        matched = [extra for extra in matched if extra.reached(order) and _meets(extra, line)]
        best, used = _best(base, frozen.tiers, matched, combine)
        return (*_within(best, cap), ",".join(used))

    return rate


def _meets(extra: Extra, line: OrderLine | None) -> bool:
    return extra.takes is None or line is None or extra.takes(line)


def _extras(rule: str, version: model.Version) -> list[Extra]:
    return [
        Extra(
            name,
            promotion.group or "",
            ratio_of(promotion.multiply or "1"),
            ladder_of(promotion.multiply_by_tier, version),
            {tier: ratio_of(times) for tier, times in promotion.multiply_by_tier.items()},
            None if promotion.rate is None else ratio_of(promotion.rate),
            promotion.priority,
            reached(promotion, version),
            basis_of(promotion.basis, None).takes if promotion.applies_to == "basis" else None,
        )
        for name, promotion in version.promotions.items()
        if (promotion.multiply or promotion.multiply_by_tier or promotion.rate)
        and (promotion.rules is None or rule in promotion.rules)
        and (promotion.applies_to == "order" or version.earning[rule].by_line)
    ]


def reached(promotion: model.Promotion, version: model.Version) -> Callable[[Order], bool]:
    """True while what is kept of an order is enough: its minimum, and what expressions ask."""
    least = steps_of(promotion.when.minimum or "0", MINOR)
    spend = basis_of(promotion.basis, None)
    asks = any(when.expression for when in inside(promotion.when))
    kept = holds(promotion.when, version) if asks else None
    if not least and kept is None:
        return lambda _order: True
    return lambda order: spend(order)[0] >= least and (kept is None or kept(order) is None)


def _best(
    base: Ratio, tiers: dict[str, str], matched: Sequence[Extra], combine: Combine
) -> tuple[Ratio, list[str]]:
    """The rate that counts: one that replaces all others, or the best group's."""
    replacing = [extra for extra in matched if extra.rate is not None]
    if replacing:
        chosen = max(replacing, key=_rank)
        return chosen.rate or base, [chosen.name]
    best, used = base, list[str]()
    for group in sorted({extra.group for extra in matched}):
        members = [extra for extra in matched if extra.group == group]
        rate = combine(base, [extra.times(tiers) for extra in members])
        if not used or _more(rate, best):
            best, used = rate, [extra.name for extra in members]
    return best, used


def _rank(extra: Extra) -> tuple[int, int, str]:
    """By priority, then the higher rate, then the name."""
    top, bottom = extra.rate or ONE
    return extra.priority, top * 10**12 // bottom, extra.name


def _combination(stacking: str, lowest: Ratio) -> Combine:
    if stacking in {"multiplicative", "latest_only"}:
        return _multiplied
    if stacking == "best_only":
        return lambda base, times: _added(base, [_highest(times)] if times else [], lowest)
    return lambda base, times: _added(base, times, lowest)


def _multiplied(base: Ratio, times: Sequence[Ratio]) -> Ratio:
    top, bottom = base
    for factor, part in times:
        top, bottom = top * factor, bottom * part
    return top, bottom


def _added(base: Ratio, times: Sequence[Ratio], lowest: Ratio) -> Ratio:
    top, bottom = base
    for factor, part in times:
        more, over = (factor - part) * lowest[0], part * lowest[1]
        top, bottom = top * over + more * bottom, bottom * over
    return top, bottom


def _highest(times: Sequence[Ratio]) -> Ratio:
    best = times[0]
    for other in times[1:]:
        if _more(other, best):
            best = other
    return best


def _more(one: Ratio, other: Ratio) -> bool:
    return one[0] * other[1] > other[0] * one[1]


def ladder_of(tiers: Iterable[str], version: model.Version) -> str:
    """The ladder whose tiers a table names; the first one for an empty table."""
    named = set(tiers)
    own = (name for name, ladder in version.ladders.items() if named & ladder.tiers.keys())
    return next(own, next(iter(version.ladders), ""))


def _lowest(
    ladder: str, version: model.Version, by_tier: dict[str, Ratio], default: Ratio
) -> Ratio:
    """The lowest tier's rate: what an additive promotion adds multiples of."""
    if ladder not in version.ladders:
        return default
    return by_tier.get(next(iter(version.ladders[ladder].tiers)), default)


def _cap(rule: model.Earning) -> Ratio | None:
    """The most points per step of the rule, from its cap for each currency unit."""
    per_top, per_bottom = ratio_of(rule.rate.per)
    caps = [ratio_of(cap.amount) for cap in rule.caps if cap.per == "currency_unit"]
    if not caps:
        return None
    top, bottom = caps[0]
    return top * per_top, bottom * per_bottom


def _within(rate: Ratio, cap: Ratio | None) -> Ratio:
    return cap if cap is not None and _more(rate, cap) else rate
