"""The rate of a rule: the tier's, and what the promotions that match make of it (section 3.3, 3.4).

Exact ratios until the one rounding. `additive`: a k-fold promotion adds k - 1 times the lowest
tier's rate. Promotions of one group combine; between groups the one that gives most counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from processors.programs.conditions import basis_of
from processors.programs.figures import ratio_of, steps_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from processors.accounts.items import Order
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
    by_tier: dict[str, Ratio]
    rate: Ratio | None
    priority: int
    reached: Callable[[Order], bool]
    """Judged again on what is kept."""

    def times(self, tier: str) -> Ratio:
        """The factor at a tier."""
        return self.by_tier.get(tier, ONE) if self.by_tier else self.factor


def multiplier(
    name: str, rule: model.Earning, version: model.Version
) -> Callable[[Order], tuple[int, int, str]]:
    """The rate for an order, as a ratio, with the names of the promotions in it."""
    default = ratio_of(rule.rate.points)
    by_tier = {tier: ratio_of(points) for tier, points in rule.rate.by_tier.items()}
    ladder = next(iter(version.ladders), "")
    lowest = _lowest(version, by_tier, default)
    extras = {extra.name: extra for extra in _extras(name, version)}
    combine = _combination(version.stacking, lowest)
    cap = _cap(rule)
    usual = {tier: (*_within(base, cap), "") for tier, base in by_tier.items()}
    otherwise = (*_within(default, cap), "")

    def rate(order: Order) -> tuple[int, int, str]:
        frozen = order.frozen
        tier = frozen.tiers.get(ladder, "")
        if not frozen.promotions or not extras:
            return usual.get(tier, otherwise)
        base = by_tier.get(tier, default)
        matched = [extras[key] for key in frozen.promotions if key in extras]
        matched = [extra for extra in matched if extra.reached(order)]
        best, used = _best(base, tier, matched, combine)
        return (*_within(best, cap), ",".join(used))

    return rate


def _extras(rule: str, version: model.Version) -> list[Extra]:
    return [
        Extra(
            name,
            promotion.group or "",
            ratio_of(promotion.multiply or "1"),
            {tier: ratio_of(times) for tier, times in promotion.multiply_by_tier.items()},
            None if promotion.rate is None else ratio_of(promotion.rate),
            promotion.priority,
            reached(promotion),
        )
        for name, promotion in version.promotions.items()
        if (promotion.multiply or promotion.multiply_by_tier or promotion.rate)
        and (promotion.rules is None or rule in promotion.rules)
    ]


def reached(promotion: model.Promotion) -> Callable[[Order], bool]:
    """True while what is kept of an order's basis reaches the promotion's minimum."""
    if promotion.when.minimum is None:
        return lambda _order: True
    least = steps_of(promotion.when.minimum, MINOR)
    spend = basis_of(promotion.basis, None)
    return lambda order: spend(order)[0] >= least


def _best(
    base: Ratio, tier: str, matched: Sequence[Extra], combine: Combine
) -> tuple[Ratio, list[str]]:
    """The rate that counts: one that replaces all others, or the best group's."""
    replacing = [extra for extra in matched if extra.rate is not None]
    if replacing:
        chosen = max(replacing, key=_rank)
        return chosen.rate or base, [chosen.name]
    best, used = base, list[str]()
    for group in sorted({extra.group for extra in matched}):
        members = [extra for extra in matched if extra.group == group]
        rate = combine(base, [extra.times(tier) for extra in members])
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


def _lowest(version: model.Version, by_tier: dict[str, Ratio], default: Ratio) -> Ratio:
    """The lowest tier's rate: what an additive promotion adds multiples of."""
    for ladder in version.ladders.values():
        return by_tier.get(next(iter(ladder.tiers)), default)
    return default


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
