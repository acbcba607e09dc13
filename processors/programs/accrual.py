"""Every accrual rule of a version by its name: release, end and caps of its points."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.programs import compiled, model
from processors.programs.figures import steps_of
from processors.programs.periods import ending, releasing, window_of
from processors.programs.pools import budget_of
from processors.programs.sides import compile_referrals, compile_reviews

if TYPE_CHECKING:
    from collections.abc import Iterable

    from processors.programs.calendars import Calendar


def compile_rules(version: model.Version, calendar: Calendar) -> dict[str, compiled.Rule]:
    """Rules of purchases, promotions, streaks, activities, referrals and reviews."""
    rules = {rule.id: rule for rule in _earning(version, calendar)}
    rules |= {rule.id: rule for rule in _fixed(version, calendar)}
    rules |= {rule.id: rule for rule in _activities(version, calendar)}
    reviews = compile_reviews(version, calendar)
    referrals = compile_referrals(version, calendar)
    more = [] if reviews is None else [reviews.rule, reviews.photo]
    more += [] if referrals is None else [referrals.friend, referrals.referrer]
    return rules | {rule.id: rule for rule in more if rule is not None}


def _earning(version: model.Version, calendar: Calendar) -> Iterable[compiled.Rule]:
    for name, rule in version.earning.items():
        yield compiled.Rule(
            name,
            rule.unit,
            releasing(rule.release, calendar),
            ending(rule.expiry or version.expiry, calendar),
            rule.release.after if rule.release is not None else "none",
            (
                *(
                    _cap(f"{name}/{place}", cap, rule.unit, version, calendar)
                    for place, cap in enumerate(rule.caps)
                    if cap.per != "currency_unit"  # it bounds the rate: see `rates`
                ),
                *_shared(name, rule.unit, version, calendar),
            ),
            _step(rule, version),
        )


def _step(rule: model.Earning, version: model.Version) -> int:
    if rule.release is None or rule.release.steps is None:
        return 0
    return steps_of(rule.release.steps, version.units[rule.unit].scale)


def _fixed(version: model.Version, calendar: Calendar) -> Iterable[compiled.Rule]:
    """Rules that give at once: add-ons, streaks, late deliveries."""
    first = next(iter(version.units), "")
    never = releasing(None, calendar)
    found: list[tuple[str, str, model.Expiry | None]] = [
        (name, promotion.unit or first, None)
        for name, promotion in version.promotions.items()
        if promotion.add is not None
    ]
    for section in (version.streaks, version.deliveries):
        found += [(name, rule.unit or first, rule.expiry) for name, rule in section.items()]
    found += [
        (name, reward.earns.unit, None)
        for name, reward in version.rewards.items()
        if reward.earns is not None
    ]
    found += [(name, allowance.unit, None) for name, allowance in version.allowances.items()]
    for name, unit, expiry in found:
        ends = ending(expiry or version.expiry, calendar)
        caps = tuple(_shared(name, unit, version, calendar))
        shared = version.promotions.get(name)
        pool = None if shared is None else budget_of(name, shared, version, calendar)
        yield compiled.Rule(name, unit, never, ends, caps=caps, pool=pool)


def _activities(version: model.Version, calendar: Calendar) -> Iterable[compiled.Rule]:
    first = next(iter(version.units), "")
    for name, rule in version.activities.items():
        unit = rule.unit or first
        own = (
            _cap(f"{name}/{place}", cap, unit, version, calendar)
            for place, cap in enumerate(rule.caps)
        )
        yield compiled.Rule(
            name,
            unit,
            releasing(rule.release, calendar),
            ending(rule.expiry or version.expiry, calendar),
            "none" if rule.release is None else "order",
            (*own, *_shared(name, unit, version, calendar)),
        )


def _shared(
    rule: str, unit: str, version: model.Version, calendar: Calendar
) -> Iterable[compiled.Cap]:
    for name, cap in version.caps.items():
        if rule in cap.rules:
            yield _cap(f"shared/{name}", cap, unit, version, calendar)


def _cap(
    name: str, cap: model.Cap, unit: str, version: model.Version, calendar: Calendar
) -> compiled.Cap:
    scale = version.units[unit].scale if cap.counts == "points" else 0
    window = window_of(cap.per, calendar, version.fiscal_year_starts)
    return compiled.Cap(name, steps_of(cap.amount, scale), window, cap.counts)
