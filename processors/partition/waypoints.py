"""States of busy accounts on the way, so that a late input starts close to its place.

Kept in memory alone, and only for accounts whose recent records are decoded anyhow: after a restart
a late input starts at a checkpoint again, with the same result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from processors.accounts.resting import rest, wake

if TYPE_CHECKING:
    from processors.accounts.account import Account

SPACING = 64
"""Records between two waypoints of an account."""
MOST = 16
"""Of one account."""


class Waypoint(NamedTuple):
    """The account after so many of its known records, at its time then."""

    place: int
    time: int
    rested: bytes


class Waypoints:
    """By account, in the order of their places and times."""

    __slots__ = ("_ways",)

    def __init__(self) -> None:
        self._ways: dict[str, list[Waypoint]] = {}

    def note(self, name: str, account: Account, known: int, late_time: int | None) -> None:
        """One more record is known. A late one makes those after its time untrue."""
        ways = self._ways.setdefault(name, [])
        if late_time is not None:
            ways[:] = [way for way in ways if way.time <= late_time]
        if known - (ways[-1].place if ways else 0) >= SPACING:
            ways.append(Waypoint(known, account.time, rest(account)))
            del ways[:-MOST]

    def before(self, name: str, time: int) -> tuple[int, Account] | None:
        """The last one not after `time`: its place among the known records, and the account."""
        for way in reversed(self._ways.get(name, ())):
            if way.time <= time:
                return way.place, wake(way.rested)
        return None

    def shift(self, name: str, places: int) -> None:
        """So many of the first known records were dropped."""
        ways = self._ways.get(name, ())
        self._ways[name] = [
            way._replace(place=way.place - places) for way in ways if way.place >= places
        ]

    def forget(self, name: str) -> None:
        """Its records are not known any more, or are known anew."""
        self._ways.pop(name, None)
