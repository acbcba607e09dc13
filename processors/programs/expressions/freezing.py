"""Facts that are taken once, when an order comes: the calendar, the member, counters, balances."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from processors.accounts.standings import figure
from processors.programs.expressions.compiling import facts_of
from processors.programs.expressions.facts import counters_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from processors.accounts.account import Account
    from processors.accounts.items import Order
    from processors.programs import model
    from processors.programs.calendars import Calendar
    from processors.programs.compiled import Ladder

    Fact = int | str
    Taking = Callable[["Now"], dict[str, Fact]]

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MINUTE = 60_000_000
ATTRIBUTE = "member.attributes."


class Now(NamedTuple):
    """What facts are taken of."""

    order: Order
    account: Account
    wall: int
    """The wall clock where promotions run, as an instant of the program's zone."""
    ladders: Sequence[Ladder]


def conditions_of(version: model.Version) -> Iterator[model.When]:
    """Every condition of a version, those inside others among them."""
    open_ends = [rule.when for rule in version.earning.values()]
    open_ends += [promotion.when for promotion in version.promotions.values()]
    open_ends += [delivery.when for delivery in version.deliveries.values()]
    open_ends += [activity.when for activity in version.activities.values()]
    for when in open_ends:
        yield from inside(when)


def inside(when: model.When) -> Iterator[model.When]:
    """A condition, and those inside it."""
    yield when
    for inner in (*when.any_of, *when.none_of):
        yield from inside(inner)


def attributes_asked(version: model.Version) -> set[str]:
    """The member's attributes that expressions of a version read."""
    return {
        name.removeprefix(ATTRIBUTE)
        for when in conditions_of(version)
        if when.expression is not None
        for name in facts_of(when.expression)
        if name.startswith(ATTRIBUTE)
    }


def taking(version: model.Version, calendar: Calendar) -> Taking | None:
    """The frozen facts of an order, given the wall clock where promotions run; None: none are."""
    names = {
        name
        for when in conditions_of(version)
        if when.expression is not None
        for name in facts_of(when.expression)
    }
    known = _known(version, calendar)
    takes = [(name, known[name]) for name in sorted(names & known.keys())]
    if not takes:
        return None

    def take(now: Now) -> dict[str, Fact]:
        found = {name: one(now) for name, one in takes}
        return {name: value for name, value in found.items() if value is not None}

    return take


def _known(version: model.Version, calendar: Calendar) -> dict[str, Callable[[Now], Fact | None]]:
    found: dict[str, Callable[[Now], Fact | None]] = {
        "member.market": lambda now: now.account.profile.market,
        "member.days": lambda now: _days(now, calendar),
        "time.date": lambda now: calendar.day(now.wall),
        "time.year": lambda now: calendar.date(now.wall).year,
        "time.month": lambda now: calendar.date(now.wall).month,
        "time.day": lambda now: calendar.date(now.wall).day,
        "time.weekday": lambda now: WEEKDAYS[calendar.date(now.wall).weekday()],
        "time.clock": lambda now: calendar.time_of_day(now.wall) // MINUTE,
    }
    for name, ladder in version.ladders.items():
        for fact, what in counters_of(name, ladder).items():
            found[fact] = _figure(name, what)
    return found | {f"balance.{unit}": _balance(unit) for unit in version.units}


def _days(now: Now, calendar: Calendar) -> int:
    since = now.account.profile.enrolled_at
    return 0 if since is None else calendar.day(now.order.time) - calendar.day(since)


def _figure(name: str, what: str) -> Callable[[Now], Fact | None]:
    def counted(now: Now) -> int:
        ladder = next(one for one in now.ladders if one.id == name)
        part = now.order.currency if ladder.by_currency else what
        return figure(ladder, now.account, now.order.time, part)

    return counted


def _balance(unit: str) -> Callable[[Now], Fact | None]:
    def available(now: Now) -> int:
        totals = now.account.totals.get(unit)
        return 0 if totals is None else totals.available

    return available
