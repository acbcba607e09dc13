"""What an order earns by the rules of one version (semantics, section 3). Closures over integers.

A base rate with its tier rate and multipliers is one rule with one rounding; exact until then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from processors.accounts.account import Frozen
from processors.accounts.tiers import tiers_held
from processors.programs.compiled import Award, Miss
from processors.programs.conditions import basis_of, holds
from processors.programs.figures import ratio_of, rounded, steps_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from processors.accounts.account import Account, Order
    from processors.programs import model
    from processors.programs.calendars import Calendar
    from processors.programs.compiled import Version
    from processors.programs.figures import Ratio

FAR = 1 << 62
MINOR = 2
"""Places of a currency's minor unit."""


def pricing(
    version: model.Version,
) -> Callable[[Order], tuple[list[Award], list[Miss]]]:
    """The price function of a version: what each rule gives for what is kept of an order."""
    rules = [_rule(name, rule, version) for name, rule in version.earning.items()]
    rules += [
        _addition(name, promotion, version)
        for name, promotion in version.promotions.items()
        if promotion.add is not None
    ]
    multiplying = [
        name for name, promotion in version.promotions.items() if promotion.multiply is not None
    ]

    def price(order: Order) -> tuple[list[Award], list[Miss]]:
        awards: list[Award] = []
        misses: list[Miss] = []
        for rule in rules:
            found = rule(order)
            if type(found) is Award:
                awards.append(found)
            elif type(found) is Miss:
                misses.append(found)
        running = order.frozen.promotions
        misses += [Miss(name, "not_running") for name in multiplying if name not in running]
        return awards, misses

    return price


def _rule(
    name: str, rule: model.Earning, version: model.Version
) -> Callable[[Order], Award | Miss]:
    basis = basis_of(rule.basis, rule.tenders)
    allowed = holds(rule.when)
    scale = version.units[rule.unit].scale
    measure = _measure(rule, scale)
    multiplier = _multiplier(name, rule, version)
    minimum = 0 if rule.when.minimum is None else steps_of(rule.when.minimum, MINOR)
    rounding = rule.rounding

    def price(order: Order) -> Award | Miss:
        reason = allowed(order)
        if reason is not None:
            return Miss(name, reason)
        amount, share_top, share_bottom = basis(order)
        if amount < minimum:
            return Miss(name, "below_minimum")
        top, bottom = measure(order, amount, share_top, share_bottom)
        by_top, by_bottom, used = multiplier(order)
        points = rounded(top * by_top, bottom * by_bottom, rounding)
        if points <= 0:
            return Miss(name, "nothing_to_earn_on")
        figures: dict[str, str | int] = {
            "basis_minor": amount * share_top // share_bottom,
            "rate": f"{by_top}/{by_bottom}",
        }
        if used:
            figures["promotions"] = used
        return Award(name, rule.unit, points, figures)

    return price


def _measure(rule: model.Earning, scale: int) -> Callable[[Order, int, int, int], Ratio]:
    """Points before multipliers, as a ratio of smallest steps."""
    if rule.measure == "visit":
        return lambda order, _a, _t, _b: (int(any(i.kept_minor for i in order.lines)), 1)
    if rule.measure == "units":
        basis = basis_of(rule.basis, rule.tenders)
        return lambda order, _a, _t, _b: (basis.units(order), 1)
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
    per = steps_of(rule.rate.per, MINOR)
    unit = 10**scale
    if rule.rate.whole_steps:
        return lambda _o, amount, top, bottom: (amount * top // (bottom * per) * unit, 1)
    return lambda _o, amount, top, bottom: (amount * top * unit, bottom * per)


def _multiplier(
    name: str, rule: model.Earning, version: model.Version
) -> Callable[[Order], tuple[int, int, str]]:
    """The rate: the tier's, and what the promotions that matched make of it."""
    default = ratio_of(rule.rate.points)
    by_tier = {tier: ratio_of(points) for tier, points in rule.rate.by_tier.items()}
    ladder = next(iter(version.ladders), "")
    lowest = _lowest(version, by_tier, default)
    extra = {
        key: ratio_of(promotion.multiply)
        for key, promotion in version.promotions.items()
        if promotion.multiply is not None and (promotion.rules is None or name in promotion.rules)
    }
    stacking = version.stacking

    def multiplier(order: Order) -> tuple[int, int, str]:
        frozen = order.frozen
        top, bottom = by_tier.get(frozen.tiers.get(ladder, ""), default) if by_tier else default
        if not frozen.promotions:
            return top, bottom, ""
        matched = [key for key in frozen.promotions if key in extra]
        if stacking == "best_only" and matched:
            matched = [max(matched, key=lambda key: _comparable(extra[key]))]
        for key in matched:
            times, part = extra[key]
            if stacking == "multiplicative":
                top, bottom = top * times, bottom * part
            else:
                more, over = (times - part) * lowest[0], part * lowest[1]
                top, bottom = top * over + more * bottom, bottom * over
        return top, bottom, ",".join(matched)

    return multiplier


def _comparable(ratio: Ratio) -> int:
    """A ratio as a whole number that orders like it, for figures with few places."""
    return ratio[0] * 10**12 // ratio[1]


def _lowest(version: model.Version, by_tier: dict[str, Ratio], default: Ratio) -> Ratio:
    """The lowest tier's rate: what an additive promotion adds multiples of."""
    for ladder in version.ladders.values():
        first = next(iter(ladder.tiers))
        return by_tier.get(first, default)
    return default


def _addition(
    name: str, promotion: model.Promotion, version: model.Version
) -> Callable[[Order], Award | Miss]:
    """A fixed add-on is a rule of its own."""
    unit = next(iter(version.units))
    points = steps_of(promotion.add or "0", version.units[unit].scale)
    minimum = 0 if promotion.when.minimum is None else steps_of(promotion.when.minimum, MINOR)

    def price(order: Order) -> Award | Miss:
        kept = sum(line.kept_minor for line in order.lines if line.kind == "goods")
        if name not in order.frozen.promotions:
            return Miss(name, "not_running")
        if not kept or kept < minimum:
            return Miss(name, "below_minimum")
        return Award(name, unit, points, {"add": points})

    return price


def freezing(
    version: model.Version, program: model.ProgramFile, calendar: Calendar
) -> Callable[[Order, Account, Version], Frozen]:
    """What pricing reads of the member and the calendar, taken once when the order comes."""
    windows = [
        (name, promotion, *span_of(promotion, calendar))
        for name, promotion in sorted(version.promotions.items())
    ]
    conditions = {name: holds(promotion.when) for name, promotion in version.promotions.items()}
    own_zone = program.promotion_zone == "program"
    read = {
        attribute
        for when in (
            *(rule.when for rule in version.earning.values()),
            *(promotion.when for promotion in version.promotions.values()),
        )
        for attribute in (*when.member, *when.member_not)
    }

    def freeze(order: Order, account: Account, compiled: Version) -> Frozen:
        attributes = account.profile.attributes
        frozen = Frozen(
            tiers=tiers_held(compiled, account),
            plans=tuple(sorted(k for k, m in account.memberships.items() if m.state == "active")),
            attributes={key: attributes[key] for key in sorted(read) if key in attributes},
        )
        if not windows:
            return frozen
        zone = account.profile.timezone
        shift = 0 if own_zone or zone is None else calendar.shift(order.time, zone)
        open_now = [
            name for name, _, starts, ends in windows if starts <= order.time + shift < ends
        ]
        if not open_now:
            return frozen
        return _with_promotions(order, account, frozen, open_now)

    def _with_promotions(
        order: Order, account: Account, frozen: Frozen, names: list[str]
    ) -> Frozen:
        tried = replace(order, frozen=frozen)
        matched = tuple(
            name
            for name in names
            if conditions[name](tried) is None
            and _has_room(version, calendar, account, order, name)
        )
        return replace(frozen, promotions=matched)

    return freeze


def span_of(promotion: model.Promotion, calendar: Calendar) -> tuple[int, int]:
    """First instant of a promotion, and the first one after it; open ends lie far away."""
    starts = -FAR if promotion.starts is None else calendar.start_of(promotion.starts)
    ends = FAR if promotion.ends is None else calendar.start_of(promotion.ends)
    return starts, ends


def _has_room(
    version: model.Version, calendar: Calendar, account: Account, order: Order, name: str
) -> bool:
    limit = version.promotions[name].limit
    if limit is None:
        return True
    return account.counters.get(trigger_key(calendar, order, name), 0) < limit.times


def trigger_key(calendar: Calendar, order: Order, name: str) -> str:
    """The counter of a promotion's triggers on the order's day."""
    return f"trigger/{name}/{calendar.date(order.time)}"
