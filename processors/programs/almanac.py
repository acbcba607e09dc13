"""Instants at which the calendar alone changes something for an account, by name.

A version starts, a reward's window opens, the program ends. Each entry says when that is next;
`processors/decisions/almanac.py` keeps one timer for each.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from processors.programs.birthdays import at_home, counted
from processors.programs.calendars import WEEKDAYS
from processors.programs.compiled import Dated
from processors.programs.periods import next_window
from processors.programs.promotions import span_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from processors.accounts.account import Account
    from processors.programs import compiled, model
    from processors.programs.calendars import Calendar


def almanac(
    file: model.ProgramFile, versions: tuple[compiled.Version, ...], calendar: Calendar
) -> tuple[Dated, ...]:
    """Everything that the program's calendar brings, over all of its versions."""
    entries: list[Dated] = []
    if len(versions) > 1 and any(_felt(version) for version in versions):
        entries.append(Dated("version/", among(version.effective_from for version in versions[1:])))
    windows = [at for version in file.versions.values() for at in _windows(version, calendar)]
    if windows:
        entries.append(Dated("reward/windows", among(windows)))
    limits = [
        next_window(reward.limit.per, calendar, version.fiscal_year_starts)
        for version in file.versions.values()
        for reward in version.rewards.values()
        if reward.limit is not None
    ]
    if limits:
        entries.append(Dated("reward/limits", _soonest(limits)))
    ends = [version.closes_at for version in versions if version.closes_at is not None]
    if ends:
        entries.append(Dated("close/", among(ends)))
    entries += _judgements(versions)
    entries += _openings(file, calendar)
    entries += _announcements(file, calendar)
    entries += _allowances(file, calendar)
    return tuple(entries)


def _felt(version: compiled.Version) -> bool:
    """True if its beginning or its end may change something for who does nothing himself."""
    offers = version.ladders or version.rewards or version.reminders
    return bool(offers or version.conversions or version.milestones or version.retroactive)


def _openings(file: model.ProgramFile, calendar: Calendar) -> list[Dated]:
    """Birthdays, rewards of one day of each month, and those of each period."""
    found: dict[str, Dated] = {}
    for version in file.versions.values():
        for name, reward in version.rewards.items():
            timer = f"reward/{name}"
            if reward.on_birthday is not None:
                lock = version.birthday.lock_days
                found[timer] = Dated(timer, _birthdays(reward.on_birthday, lock, calendar))
            elif reward.on_weekday is not None:
                days = _weekdays(reward.on_weekday.weekday, reward.on_weekday.nth, calendar)
                found[timer] = Dated(timer, days)
            elif reward.every is not None:
                opens = next_window(reward.every, calendar, version.fiscal_year_starts)
                found[timer] = Dated(timer, opens)
    return list(found.values())


def _birthdays(
    kind: str, lock_days: int, calendar: Calendar
) -> Callable[[int, Account], int | None]:
    """The next birthday that counts, or the first day of its month, where the member lives."""

    def next_at(after: int, account: Account) -> int | None:
        local = at_home(account, calendar)
        year = local.date(after).year
        for following in (year, year + 1, year + 2):
            day = counted(account.profile, following, lock_days, local.date)
            if day is not None:
                opens = local.start_of(day.replace(day=1) if kind == "month" else day)
                if opens > after:
                    return opens
        return None

    return next_at


def _weekdays(weekday: str, nth: int, calendar: Calendar) -> Callable[[int, Account], int | None]:
    wanted = WEEKDAYS.index(weekday)

    def in_month(first: int) -> int:
        day = calendar.date(first)
        ahead = (wanted - day.weekday()) % len(WEEKDAYS) + len(WEEKDAYS) * (nth - 1)
        return calendar.days_after(first, ahead)

    def next_at(after: int, _account: Account) -> int:
        months = (calendar.first_of_month(after, month) for month in (0, 1))
        return next(at for at in map(in_month, months) if at > after)

    return next_at


def _announcements(file: model.ProgramFile, calendar: Calendar) -> list[Dated]:
    return [
        Dated(f"announce/{name}", among([calendar.days_after(starts, -days)]))
        for name, (starts, days) in sorted(_announced_ahead(file, calendar).items())
    ]


def _announced_ahead(file: model.ProgramFile, calendar: Calendar) -> dict[str, tuple[int, int]]:
    return {
        name: (calendar.start_of(promotion.starts), promotion.announce_days)
        for version in file.versions.values()
        for name, promotion in version.promotions.items()
        if promotion.announce_days is not None and promotion.starts is not None
    }


def announced(file: model.ProgramFile, calendar: Calendar) -> dict[str, tuple[int, int]]:
    """Promotions that members are told of, with their first instant and the first one after."""
    return {
        name: span_of(promotion, calendar)
        for version in file.versions.values()
        for name, promotion in version.promotions.items()
        if promotion.announce_days is not None
    }


def _allowances(file: model.ProgramFile, calendar: Calendar) -> list[Dated]:
    names = {name for version in file.versions.values() for name in version.allowances}
    return [
        Dated(f"allowance/{name}", lambda at, _account: calendar.first_of_month(at, 1))
        for name in sorted(names)
    ]


def birthday_year(calendar: Calendar) -> Callable[[int, Account], str]:
    """The calendar year of an instant, where the member lives."""
    return lambda at, account: str(at_home(account, calendar).date(at).year)


def _judgements(versions: tuple[compiled.Version, ...]) -> list[Dated]:
    """Ladders that are judged on set dates only."""
    found: dict[str, Dated] = {}
    for version in versions:
        for ladder in version.ladders:
            if ladder.schedule is not None:
                following = ladder.schedule
                name = f"judge/{ladder.id}"
                found[name] = Dated(name, lambda at, _account, next_=following: next_(at))  # type: ignore[misc]
    return list(found.values())


def _soonest(
    limits: Sequence[Callable[[int, Account], int | None]],
) -> Callable[[int, Account], int | None]:
    """When the first of some windows is over: what was had is to be had again."""

    def next_at(after: int, account: Account) -> int | None:
        found = (limit(after, account) for limit in limits)
        return min((at for at in found if at is not None), default=None)

    return next_at


def among(instants: Iterable[int]) -> Callable[[int, Account], int | None]:
    """The next of some fixed instants."""
    known = sorted(set(instants))

    def next_at(after: int, _account: Account) -> int | None:
        place = bisect_right(known, after)
        return known[place] if place < len(known) else None

    return next_at


def _windows(version: model.Version, calendar: Calendar) -> list[int]:
    """Where catalogue rewards open, close, or change their price."""
    priced = [reward for reward in version.rewards.values() if reward.cost is not None]
    days = [day for reward in priced for day in (reward.starts, reward.ends)]
    days += [
        day for reward in priced for price in reward.prices for day in (price.starts, price.ends)
    ]
    return [calendar.start_of(day) for day in days if day is not None]
