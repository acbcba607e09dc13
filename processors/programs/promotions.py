"""Which promotions an order meets, once, when it comes."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from processors.accounts.items import Frozen
from processors.accounts.standings import tier_of
from processors.programs.birthdays import running
from processors.programs.calendars import WEEKDAYS
from processors.programs.choices import chosen_mark
from processors.programs.conditions import attributes_of, holds
from processors.programs.expressions.freezing import Now, taking
from processors.programs.periods import window_of
from processors.programs.rates import reached
from processors.programs.streaks import streaking

if TYPE_CHECKING:
    from collections.abc import Callable

    from processors.accounts.account import Account
    from processors.accounts.items import Order
    from processors.programs import model
    from processors.programs.calendars import Calendar
    from processors.programs.compiled import Award, Ladder
    from schemas.ledger import Missed

    Price = Callable[[Order], tuple[list[Award], list[Missed]]]

FAR = 1 << 62
MINUTE = 60_000_000
ZONES_APART = 48 * 60 * MINUTE
"""More than any two wall clocks are."""


class Window(NamedTuple):
    """A promotion, and everything that must hold for it to run for an order."""

    name: str
    promotion: model.Promotion
    starts: int
    ends: int
    condition: Callable[[Order], str | None]
    reached: Callable[[Order], bool]
    period: Callable[[int, Account], str] | None
    """Of its limit."""
    open: Callable[[Order, Account, int], bool]
    """Given the wall clock of the promotion's zone, as an instant of the program's."""


def freezing(
    version: model.Version,
    program: model.ProgramFile,
    ladders: tuple[Ladder, ...],
    calendar: Calendar,
) -> Callable[[Order, Account], Frozen]:
    """What pricing reads of the member and the calendar, taken once when the order comes."""
    windows = [
        window(name, promotion, version, calendar)
        for name, promotion in sorted(version.promotions.items())
    ]
    first = min((window.starts for window in windows), default=FAR) - ZONES_APART
    last = max((window.ends for window in windows), default=-FAR) + ZONES_APART
    challenges = frozenset(n for n, one in version.promotions.items() if one.target is not None)
    own_zone = program.promotion_zone == "program"
    standing = _standing(version, ladders)
    streaks = streaking(version, calendar)
    facts = taking(version, calendar)
    latest = version.stacking == "latest_only"

    def freeze(order: Order, account: Account) -> Frozen:
        frozen = standing(account)
        names = () if streaks is None else streaks(order, account)
        wall, near = order.time, first <= order.time < last
        zone = account.profile.timezone
        if (near or facts is not None) and not own_zone and zone is not None:
            wall += calendar.shift(order.time, zone)
        if facts is not None:
            frozen = replace(frozen, facts=facts(Now(order, account, wall, ladders)))
        if near:
            met = [one for one in windows if one.starts <= wall < one.ends]
            if met:
                met = _met(met, replace(order, frozen=frozen), account, wall)
                if latest:
                    met = _latest(met, challenges)
                names = (*(one.name for one in met), *names)
        return replace(frozen, promotions=names) if names else frozen

    return freeze


def _standing(version: model.Version, ladders: tuple[Ladder, ...]) -> Callable[[Account], Frozen]:
    """Tiers, plans, and the attributes that rules may read."""
    read = sorted(attributes_of(version))
    names = [ladder.id for ladder in ladders]

    @lru_cache(maxsize=1024)
    def alike(tiers: tuple[str, ...], plans: tuple[str, ...]) -> Frozen:
        """One and the same for all orders of members who stand alike."""
        return Frozen(dict(zip(names, tiers, strict=True)), plans)

    def standing(account: Account) -> Frozen:
        plans: tuple[str, ...] = ()
        if account.memberships:
            held = account.memberships.items()
            plans = tuple(sorted(name for name, plan in held if plan.state == "active"))
        frozen = alike(tuple([tier_of(ladder, account) for ladder in ladders]), plans)
        if not read:
            return frozen
        attributes = account.profile.attributes
        known = {key: attributes[key] for key in read if key in attributes}
        return replace(frozen, attributes=known)

    return standing


def _met(windows: list[Window], order: Order, account: Account, wall: int) -> list[Window]:
    return [
        one
        for one in windows
        if one.open(order, account, wall)
        and one.condition(order) is None
        and one.reached(order)
        and has_room(one, order, account)
    ]


def _latest(met: list[Window], challenges: frozenset[str]) -> list[Window]:
    """The newest promotion alone; challenges are counted beside it."""
    rivals = [one for one in met if one.name not in challenges]
    newest = max(rivals, key=_newest, default=None)
    return [one for one in met if one.name in challenges or one is newest]


def _newest(window: Window) -> tuple[date, int, str]:
    promotion = window.promotion
    return promotion.created or date.min, promotion.priority, window.name


def window(
    name: str, promotion: model.Promotion, version: model.Version, calendar: Calendar
) -> Window:
    """A promotion as orders meet it."""
    limit = promotion.limit
    period = None
    if limit is not None:
        period = window_of(limit.per, calendar, version.fiscal_year_starts)
    return Window(
        name,
        promotion,
        *span_of(promotion, calendar),
        holds(promotion.when, version),
        reached(promotion, version),
        period,
        opening(name, promotion, version, calendar),
    )


def span_of(promotion: model.Promotion, calendar: Calendar) -> tuple[int, int]:
    """First instant of a promotion, and the first one after it; open ends lie far away."""
    starts = -FAR if promotion.starts is None else calendar.start_of(promotion.starts)
    ends = FAR if promotion.ends is None else calendar.start_of(promotion.ends)
    return starts, ends


def opening(
    name: str, promotion: model.Promotion, version: model.Version, calendar: Calendar
) -> Callable[[Order, Account, int], bool]:
    """The recurring part of a window: weekdays, hours, birthday, chosen days, opting in."""
    parts: list[Callable[[Account, int], bool]] = []
    if promotion.weekdays is not None:
        days = frozenset(WEEKDAYS.index(day) for day in promotion.weekdays)
        parts.append(lambda _account, wall: calendar.date(wall).weekday() in days)
    if promotion.hours is not None:
        first, last = (_minutes(text) * MINUTE for text in promotion.hours)
        parts.append(lambda _account, wall: first <= calendar.time_of_day(wall) < last)
    if promotion.birthday is not None:
        lock_days = version.birthday.lock_days
        parts.append(running(name, promotion.birthday, lock_days, calendar))
    if promotion.chosen_days is not None:
        parts.append(lambda account, wall: chosen_mark(calendar.date(wall)) in account.marks)
    if promotion.opt_in:
        parts.append(lambda account, _wall: f"opt-in/{name}" in account.marks)
    if not parts:
        return lambda _order, _account, _wall: True
    return lambda _order, account, wall: all(part(account, wall) for part in parts)


def _minutes(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


def has_room(one: Window, order: Order, account: Account) -> bool:
    """True while a promotion's limit leaves room for one more order."""
    limit = one.promotion.limit
    if limit is None or one.period is None:
        return True
    key = trigger_key(one.name, one.period(order.time, account))
    return account.counters.get(key, 0) < limit.times


def trigger_key(name: str, period: str) -> str:
    """The counter of a promotion's orders in a period."""
    return f"trigger/{name}/{period}"


def limiting(
    version: model.Version, calendar: Calendar, price: Price
) -> Callable[[Order, Account], list[tuple[str, int]]] | None:
    """Trigger counters that an order uses up: of the promotions that gave it something.

    None where no promotion is limited.
    """
    limited = [
        (name, window_of(promotion.limit.per, calendar, version.fiscal_year_starts))
        for name, promotion in version.promotions.items()
        if promotion.limit is not None
    ]
    if not limited:
        return None

    def used_up(order: Order, account: Account) -> list[tuple[str, int]]:
        if not any(name in order.frozen.promotions for name, _ in limited):
            return []
        awards, _ = price(order)
        gave = {award.rule for award in awards}
        for award in awards:
            gave |= set(str(award.figures.get("promotions", "")).split(","))
        return [
            (trigger_key(name, period(order.time, account)), 1)
            for name, period in limited
            if name in gave
        ]

    return used_up
