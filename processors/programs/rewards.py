"""Rewards of a version: prices, gates, how long they last, and what grants them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.accounts.anchors import anchor
from processors.programs import compiled, model
from processors.programs.birthdays import at_home, counted
from processors.programs.calendars import WEEKDAYS
from processors.programs.figures import steps_of
from processors.programs.periods import next_window, window_of
from processors.programs.pools import stock_of
from processors.programs.redeeming import minor_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from processors.accounts.account import Account
    from processors.programs.calendars import Calendar

MICRO = 6


def compile_reward(
    name: str, reward: model.Reward, version: model.Version, calendar: Calendar
) -> compiled.Reward:
    """One reward."""
    ladder = reward.ladder or next(iter(version.ladders), None)
    entry = None
    if reward.on_entry_of is not None and ladder is not None:
        entry = (ladder, frozenset(reward.on_entry_of))
    return compiled.Reward(
        name,
        reward.unit,
        _cost(reward, version, calendar),
        minimum_order_minor=minor_of(reward.minimum_order),
        currency=reward.currency,
        tiers=None if reward.tiers is None else frozenset(reward.tiers),
        ladder=ladder,
        plan=reward.plan,
        open_at=_open(reward, calendar),
        limit=_limit(reward, version, calendar),
        stock=stock_of(name, reward, version, calendar),
        running=_running(reward, version, calendar),
        valid_until=_valid(reward, ladder, version, calendar) or _period(reward, version, calendar),
        quantity=reward.quantity,
        on_tier=entry,
        on_counter=_done(reward),
        on_balance=_reach(reward, version),
        on_orders=_orders(reward, calendar),
        on_score=reward.on_score,
        on_enrolment=_enrolment(reward, calendar),
        on_birthday=reward.on_birthday,
        recurs=reward.on_weekday is not None or reward.every is not None,
        top_up=dict(reward.top_up),
        closes_with_tier=reward.closes_with_tier,
        choice_group=reward.choice_group,
        earns=_earns(reward, version),
        grants=reward.grants,
    )


def _cost(
    reward: model.Reward, version: model.Version, calendar: Calendar
) -> Callable[[int], int] | None:
    if reward.cost is None:
        return None
    scale = version.units[reward.unit].scale if reward.unit is not None else 0
    usual = steps_of(reward.cost, scale)
    windows = [
        (calendar.start_of(p.starts), calendar.start_of(p.ends), steps_of(p.cost, scale))
        for p in reward.prices
    ]
    if not windows:
        return lambda _at: usual
    return lambda at: next((cost for starts, ends, cost in windows if starts <= at < ends), usual)


def _open(reward: model.Reward, calendar: Calendar) -> Callable[[int, Account], bool] | None:
    if reward.starts is None and reward.ends is None:
        return None
    starts, ends = _span(reward.starts, reward.ends, calendar)
    return lambda at, _account: starts <= at < ends


def _limit(
    reward: model.Reward, version: model.Version, calendar: Calendar
) -> tuple[int, Callable[[int, Account], str]] | None:
    if reward.limit is None:
        return None
    return reward.limit.times, window_of(reward.limit.per, calendar, version.fiscal_year_starts)


def _span(first: date | None, last: date | None, calendar: Calendar) -> tuple[int, int]:
    starts = -(1 << 62) if first is None else calendar.start_of(first)
    return starts, (1 << 62) if last is None else calendar.start_of(last)


def _enrolment(reward: model.Reward, calendar: Calendar) -> tuple[int, int] | None:
    window = reward.on_enrolment
    return None if window is None else _span(window.starts, window.ends, calendar)


def _valid(
    reward: model.Reward, ladder: str | None, version: model.Version, calendar: Calendar
) -> Callable[[int, Account], int | None] | None:
    by_tier, days = dict(reward.valid_days_by_tier), reward.valid_days
    lowest = "" if ladder is None else next(iter(version.ladders[ladder].tiers))

    def here(account: Account) -> Calendar:
        return calendar if reward.on_birthday is None else at_home(account, calendar)

    if by_tier:

        def until(at: int, account: Account) -> int | None:
            held = account.standings.get(ladder or "")
            tier = lowest if held is None else held.tier
            many = by_tier.get(tier, days)
            return None if many is None else here(account).days_after(at, many)

        return until
    if days is not None:
        return lambda at, account: here(account).days_after(at, days)
    if reward.valid_until == "year_end":
        return lambda at, account: here(account).first_of_year(at, 1)
    if reward.valid_until == "month_end" or reward.on_birthday == "month":
        return lambda at, account: here(account).first_of_month(at, 1)
    if reward.on_weekday is not None or reward.on_birthday == "day":
        return lambda at, account: here(account).days_after(at, 1)
    return None


def _period(
    reward: model.Reward, version: model.Version, calendar: Calendar
) -> Callable[[int, Account], int | None] | None:
    if reward.every is None:
        return None
    return next_window(reward.every, calendar, version.fiscal_year_starts)


def _running(
    reward: model.Reward, version: model.Version, calendar: Calendar
) -> Callable[[int, Account], bool] | None:
    """Whether an instant lies in what the calendar opens: for who joins in the middle of it."""
    kind, days, lock_days = reward.on_birthday, reward.on_weekday, version.birthday.lock_days
    if kind is not None:

        def birthday(at: int, account: Account) -> bool:
            home = at_home(account, calendar)
            today = home.date(at)
            day = counted(account.profile, today.year, lock_days, home.date)
            return day is not None and (
                day == today or (kind == "month" and day.month == today.month)
            )

        return birthday
    if days is not None:
        wanted, nth = WEEKDAYS.index(days.weekday), days.nth

        def weekday(at: int, _account: Account) -> bool:
            today = calendar.date(at)
            return today.weekday() == wanted and (today.day - 1) // len(WEEKDAYS) == nth - 1

        return weekday
    return None if reward.every is None else lambda _at, _account: True


def _reach(reward: model.Reward, version: model.Version) -> compiled.Reach | None:
    reach = reward.on_balance
    if reach is None:
        return None
    amount = steps_of(reach.reaches, version.units[reach.unit].scale)
    return compiled.Reach(reach.unit, amount, reach.once_per, reach.reset)


def _done(reward: model.Reward) -> compiled.Done | None:
    done = reward.on_activity
    if done is None:
        return None
    return compiled.Done(done.activity, steps_of(done.reaches, MICRO), done.again)


def _orders(reward: model.Reward, calendar: Calendar) -> compiled.Regulars | None:
    """The first instant of the rolling days, as seen from an order."""
    asked = reward.on_orders
    if asked is None:
        return None
    days = asked.within_days
    return compiled.Regulars(
        asked.count,
        minor_of(asked.minimum),
        lambda at: calendar.days_after(at, 1 - days),
    )


def _earns(reward: model.Reward, version: model.Version) -> int:
    if reward.earns is None:
        return 0
    return steps_of(reward.earns.points, version.units[reward.earns.unit].scale)


def milestones(version: model.Version, calendar: Calendar) -> tuple[compiled.Reward, ...]:
    """Rewards that are granted by what was reached, lower balances first."""
    rewards = [
        compile_reward(name, one, version, calendar) for name, one in version.rewards.items()
    ]
    found = [one for one in rewards if one.on_balance or one.on_counter or one.on_orders]
    return tuple(sorted(found, key=lambda one: one.on_balance.amount if one.on_balance else 0))


def once_in(calendar: Calendar) -> Callable[[str | None, int, Account], str | None]:
    """The name of the span in which a milestone counts once."""

    def span(per: str | None, at: int, account: Account) -> str | None:
        if per != "membership_year":
            return "ever" if per == "lifetime" else None
        first, _ = calendar.anniversary(anchor(account, at), at)
        return calendar.date(first).isoformat()

    return span
