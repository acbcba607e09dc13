"""Instants at which the calendar alone changes something for an account, by name.

A version starts, a reward's window opens, the program ends. Each entry says when that is next;
`processors/decisions/almanac.py` keeps one timer for each.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from processors.programs.compiled import Dated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from processors.accounts.account import Account
    from processors.programs import compiled, model
    from processors.programs.calendars import Calendar


def almanac(
    file: model.ProgramFile, versions: tuple[compiled.Version, ...], calendar: Calendar
) -> tuple[Dated, ...]:
    """Everything that the program's calendar brings, over all of its versions."""
    entries: list[Dated] = []
    shown = any(version.ladders or version.rewards for version in versions)
    if shown and len(versions) > 1:
        entries.append(Dated("version/", among(version.effective_from for version in versions[1:])))
    windows = [at for version in file.versions.values() for at in _windows(version, calendar)]
    if windows:
        entries.append(Dated("reward/windows", among(windows)))
    ends = [version.closes_at for version in versions if version.closes_at is not None]
    if ends:
        entries.append(Dated("close/", among(ends)))
    entries += _judgements(versions)
    return tuple(entries)


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
