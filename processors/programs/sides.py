"""Referrals and reviews of a version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.programs import compiled, model
from processors.programs.figures import steps_of
from processors.programs.periods import ending, releasing, window_of
from processors.programs.pricing import MINOR
from processors.programs.rates import ladder_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from processors.accounts.account import Account
    from processors.programs.calendars import Calendar

FRIEND, REFERRER = "referral_friend", "referral_referrer"
REVIEW, PHOTO = "review", "review_photo"


def compile_referrals(version: model.Version, calendar: Calendar) -> compiled.ReferralRules | None:
    """Both sides of the version's referral, or None."""
    referral = version.referral
    if referral is None:
        return None
    return compiled.ReferralRules(
        on=referral.on,
        friend=_rule(FRIEND, referral.friend, version, calendar),
        friend_amount=_amount(referral.friend, version),
        referrer=_rule(REFERRER, referral.referrer, version, calendar),
        referrer_amount=_amount(referral.referrer, version),
        minimum_minor=steps_of(referral.minimum_order, MINOR),
        lookback_days=referral.lookback_days,
        cap=_cap(referral.referrer, version, calendar),
        reverse=referral.reverse,
    )


def _rule(
    name: str, side: model.Side | None, version: model.Version, calendar: Calendar
) -> compiled.Rule | None:
    if side is None:
        return None
    return compiled.Rule(
        name,
        side.unit,
        releasing(side.release, calendar),
        ending(side.expiry or version.expiry, calendar),
        side.release.after if side.release is not None else "none",
    )


def _figure(
    plans: dict[str, str], tiers: dict[str, str], otherwise: str, scale: int, version: model.Version
) -> Callable[[Account], int]:
    """A figure by the member's plan, else by his tier, else for everybody."""
    by_plan = {plan: steps_of(figure, scale) for plan, figure in plans.items()}
    by_tier = {tier: steps_of(figure, scale) for tier, figure in tiers.items()}
    usual, ladder = steps_of(otherwise, scale), ladder_of(by_tier, version)
    lowest = next(iter(version.ladders[ladder].tiers), "") if by_tier else ""

    def figure(account: Account) -> int:
        for plan, amount in by_plan.items():
            held = account.memberships.get(plan)
            if held is not None and held.state == "active":
                return amount
        standing = account.standings.get(ladder)
        return by_tier.get(lowest if standing is None else standing.tier, usual)

    return figure


def _amount(side: model.Side | None, version: model.Version) -> Callable[[Account], int]:
    if side is None:
        return lambda _account: 0
    scale = version.units[side.unit].scale
    return _figure(side.by_plan, side.by_tier, side.points, scale, version)


def _cap(
    side: model.Side | None, version: model.Version, calendar: Calendar
) -> Callable[[Account], compiled.Cap | None]:
    if side is None or side.cap is None:
        return lambda _account: None
    cap = side.cap
    scale = version.units[side.unit].scale if cap.counts == "points" else 0
    most = _figure(side.cap_by_plan, side.cap_by_tier, cap.amount, scale, version)
    window = window_of(cap.per, calendar, version.fiscal_year_starts)
    return lambda account: compiled.Cap(REFERRER, most(account), window, cap.counts)


def compile_reviews(version: model.Version, calendar: Calendar) -> compiled.ReviewRules | None:
    """What reviews earn by the version, or None."""
    reviews = version.reviews
    if reviews is None:
        return None
    scale = version.units[reviews.unit].scale
    now = releasing(None, calendar)
    ends = ending(reviews.expiry or version.expiry, calendar)
    photo = None
    if reviews.photo is not None:
        photo = compiled.Rule(PHOTO, reviews.unit, now, ends)
    cap = None
    if reviews.per_day is not None:
        cap = compiled.Cap("review_day", reviews.per_day, window_of("day", calendar), "awards")
    wait = reviews.approve_after_days
    return compiled.ReviewRules(
        rule=compiled.Rule(REVIEW, reviews.unit, now, ends),
        amount=steps_of(reviews.points, scale),
        photo=photo,
        photo_amount=0 if reviews.photo is None else steps_of(reviews.photo, scale),
        verified_only=reviews.verified_only,
        once_per_sku=reviews.once_per_sku,
        cap=cap,
        approve_at=lambda at, _account: None if wait is None else calendar.days_after(at, wait),
    )
