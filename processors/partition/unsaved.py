"""Accounts whose snapshots are behind the ledger, and from where it must be read for them.

A snapshot of every account that a run touched would be most of what a worker writes. So it lags:
it is written when the ledger went on for so many records after the first one that it lacks. What
is lost with a worker is then bounded, and comes back from the tail of the ledger.
"""

from __future__ import annotations

from collections import deque
from itertools import islice, takewhile
from typing import NamedTuple


class Place(NamedTuple):
    """Where a reader of the ledger may begin: the next sequence, the hash before it, the offset."""

    seq: int
    prev: str
    offset: int


class Unsaved:
    """In the order in which they fell behind."""

    __slots__ = ("_forced", "_places", "_since")

    def __init__(self) -> None:
        self._since: dict[str, int] = {}
        """The sequence of a place from which on there are records that the snapshot lacks."""
        self._places: deque[Place] = deque()
        self._forced: list[str] = []

    def begin(self, place: Place) -> None:
        """What is added from now on lacks nothing before this place."""
        if not self._places or self._places[-1].seq < place.seq:
            self._places.append(place)

    def add(self, name: str) -> None:
        """The account went on, and its snapshot did not."""
        if name not in self._since:
            self._since[name] = self._places[-1].seq

    def force(self, name: str) -> None:
        """The account's snapshot must go with the next batch."""
        self._forced.append(name)

    def take(self, before: int, most: int | None = None) -> dict[str, None]:
        """Those whose snapshots lack a record before this sequence: they are saved now."""
        since = self._since
        found = dict.fromkeys(islice(takewhile(lambda name: since[name] < before, since), most))
        found.update(dict.fromkeys(self._forced))
        self._forced.clear()
        for name in found:
            since.pop(name, None)
        return found

    def tail(self, end: Place) -> Place:
        """From where the ledger must be read for all of them; `end` is where it ends."""
        places = self._places
        oldest = next(iter(self._since.values()), end.seq)
        while places and places[0].seq < oldest:
            places.popleft()
        return places[0] if places and self._since else end
