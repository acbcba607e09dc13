"""Ends and reminders: points that end at once, reminders that never go out, shut windows."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from processors.programs.lint.problems import Place, Problem, versions_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processors.programs.model import Expiry, ProgramFile, Reminder, Version

ABOUT = ("unit", "ladder", "reward")
"""What a reminder can be about."""
LEAST = {"days": 1, "months": 28, "month_start": 28, "quarter_start": 90, "year_start": 365}
"""Days that one more of `after` adds at least."""
MOST = {"days": 1, "months": 31, "month_start": 31, "quarter_start": 92, "year_start": 366}


def check(file: ProgramFile) -> Iterator[Problem]:
    """Every expiry, every reminder, and the program's own end."""
    for place, version in versions_of(file):
        for where, expiry in expiries(version):
            if expiry.kind in LEAST and not expiry.after:
                text = "must be at least 1 (`after`), or points end on the day that they come"
                yield Problem("ends-at-once", (*place, *where), text)
        yield from _reminders(version, place)
        yield from _sunset(version, place)
        last, first = version.sunset.earning, min(v.effective_from for v in file.versions.values())
        if last is not None and last <= first:
            text = f"lies before the program begins on {first}: nothing is ever earned"
            yield Problem("sunset-order", (*place, "sunset", "earning"), text)
        for name, reward in version.rewards.items():
            starts, ends = reward.starts, reward.ends
            if starts is not None and ends is not None and ends <= starts:
                text = "must lie after `starts`, or the reward is never open"
                yield Problem("reward-never-open", (*place, "rewards", name, "ends"), text)


def expiries(version: Version) -> Iterator[tuple[Place, Expiry]]:
    """Each expiry of a version, with its place in it."""
    yield ("expiry",), version.expiry
    for section in ("earning", "activities", "deliveries", "streaks"):
        for name, rule in getattr(version, section).items():
            if rule.expiry is not None:
                yield (section, name, "expiry"), rule.expiry
    if version.referral is not None:
        for side in ("friend", "referrer"):
            found = getattr(version.referral, side)
            if found is not None and found.expiry is not None:
                yield ("referral", side, "expiry"), found.expiry
    if version.reviews is not None and version.reviews.expiry is not None:
        yield ("reviews", "expiry"), version.reviews.expiry


def lives(version: Version, unit: str) -> list[Expiry]:
    """How points of a unit may end in a version."""
    own = [
        expiry
        for where, expiry in expiries(version)
        if len(where) > 1 and _unit_of(version, where) == unit
    ]
    return [version.expiry, *own]


def _unit_of(version: Version, where: Place) -> str | None:
    if where[0] == "reviews":
        return version.reviews.unit if version.reviews is not None else None
    holder = getattr(version, str(where[0]))
    item = holder[where[1]] if isinstance(holder, dict) else getattr(holder, str(where[1]))
    return item.unit or next(iter(version.units), None)


def _reminders(version: Version, place: Place) -> Iterator[Problem]:
    for name, reminder in version.reminders.items():
        here = (*place, "reminders", name)
        named = [key for key in ABOUT if getattr(reminder, key) is not None]
        if len(named) != 1:
            text = "must be about one thing: a `unit`, a `ladder` or a `reward`"
            yield Problem("reminder-form", (*here, *named[1:2]), text)
            continue
        why = _endless(reminder, version)
        if why is not None:
            yield Problem("reminder-never-sent", (*here, "days_before"), why)


def _endless(reminder: Reminder, version: Version) -> str | None:
    """Why a reminder is never sent: what it is about does not end, or not so late."""
    if reminder.unit is not None:
        ends = lives(version, reminder.unit)
        if all(expiry.kind == "never" for expiry in ends):
            return f"{reminder.unit} never end, so it is never sent; set an `expiry`"
        longest = [MOST.get(expiry.kind, 366) * max(1, expiry.after) for expiry in ends]
        late = reminder.days_before >= max(longest)
        return f"{reminder.unit} live no longer than {max(longest)} days" if late else None
    if reminder.ladder in version.ladders:
        held = version.ladders[reminder.ladder].held
        endless = held in {"for_ever", "while_carried"}
        return f"tiers are held {held.replace('_', ' ')}, so it is never sent" if endless else None
    reward = version.rewards.get(reminder.reward or "")
    if reward is None or reward.cost is None:
        days = None if reward is None else reward.valid_days
        late = days is not None and reminder.days_before >= days
        return f"it is there for {days} days" if late else None
    return "a reward with a `cost` has no end of its own, so it is never sent"


def _sunset(version: Version, place: Place) -> Iterator[Problem]:
    steps = ("earning", "redeeming", "lapse")
    days = [(step, getattr(version.sunset, step)) for step in steps]
    known = [(step, day) for step, day in days if day is not None]
    for (before, first), (after, then) in pairwise(known):
        if then < first:
            text = f"lies before `{before}`: members lose what they may still {_verb(before)}"
            yield Problem("sunset-order", (*place, "sunset", after), text)


def _verb(step: str) -> str:
    return "earn" if step == "earning" else "redeem"
