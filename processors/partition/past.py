"""What is known of an account's history while it is in memory: its records, and states on the way.

Records are kept as their bytes, and a state is kept where deciding history again passed by. So the
next late input starts close to its place, and finds just what it would have found from further
back. After a restart nothing of this is there, and results are the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from processors.accounts.account import Account
from processors.accounts.resting import wake
from processors.inputs import History, Stop
from processors.late.corrections import moved_away
from processors.late.order import Order
from schemas.upcasts import read_record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemas.ledger import LedgerRecord

SPACING = 64
"""Records between two states on the way."""
MOST = 8
"""States on the way, of a long history."""
OVERHEAD = 150
"""Bytes that a record takes beside its own."""


class Way(NamedTuple):
    """The account as it was: with all of an older time, and of its own what lies before a place."""

    time: int
    place: int
    rested: bytes


class Reach(NamedTuple):
    """A late record that did something to other accounts in the name of records after its time.

    Who begins between it and them would not know of it.
    """

    at: int
    place: int
    until: int


BEGINNING = Way(-(1 << 62), 0, b"")


class Past:
    """Records of one account from a place of its trail on. Changes in place."""

    __slots__ = (
        "first",
        "latest",
        "order",
        "reaching",
        "size",
        "times",
        "values",
        "ways",
        "whole",
    )

    def __init__(self, first: int, *, whole: bool) -> None:
        self.first = first
        """The place of the first record; below zero if that is not listed any more."""
        self.whole = whole
        """True if it is the account's first."""
        self.times: list[int] = []
        self.values: list[bytes] = []
        self.ways: list[Way] = []
        self.size = 0
        """Bytes, about."""
        self.order = Order()
        self.latest = 0
        """The last of the times."""
        self.reaching: list[Reach] = []

    def add(self, value: bytes, record: LedgerRecord, *, placed: bool = False) -> None:
        """One more record. States beyond it lack it, unless it was `placed` in them."""
        at, until = self.order.note(record), self.latest
        if at < until and (record.effects or any(moved_away(record.entries).values())):
            self.reaching.append(Reach(at, self.first + len(self.times), until))
        if not placed:
            self._drop_beyond(at)
        self.latest = max(at, until)
        self.times.append(at)
        self.values.append(value)
        self.size += len(value) + OVERHEAD

    def history(self, name: str, at: int, start: Way, stops: Sequence[Stop]) -> History:
        """From a state on, with states wanted on the way: `stops`, and some of our own.

        `at` is when the late input takes its place.
        """
        left = [
            (time, place)
            for place, time in enumerate(self.times, self.first)
            if time > start.time or (time == start.time and place >= start.place)
        ]
        places = [place for _, place in left]
        spacing = max(SPACING, len(self.times) // MOST)
        own = [Stop(time, 0, place + 1) for time, place in sorted(left)[spacing - 1 :: spacing]]
        wanted = [
            stop._replace(within=sum(place < stop.place for place in places))
            for stop in [*stops, *own]
        ]
        account = wake(start.rested) if start.rested else Account(name)
        records = [read_record(self.values[place - self.first]) for place in places]
        told = map(read_record, self.values)
        times = [time for time, _ in left]
        wanted.sort(key=lambda stop: stop[:2])
        return History(account, at, records, times, told, wanted)

    def start(self, at: int, checkpoints: Sequence[Way]) -> Way | None:
        """The last state from which an input of that time can be decided; None: none is known."""
        ways = [
            way
            for way in checkpoints
            if all(way.time <= reach.at or reach.place < way.place for reach in self.reaching)
        ]
        ways += [
            way
            for way in self.ways
            if not any(reach[:2] < way[:2] and way.time <= reach.until for reach in self.reaching)
        ]
        if self.whole:
            ways.append(BEGINNING)
        return max((way for way in ways if way.time <= at), key=lambda way: way[:2], default=None)

    def keep(self, at: int, ways: Sequence[Way]) -> None:
        """Something late takes its place at that time: states beyond it are these from now on."""
        self._drop_beyond(at)
        self.ways += ways
        self.size += sum(len(way.rested) for way in ways)

    def _drop_beyond(self, at: int) -> None:
        self.size -= sum(len(way.rested) for way in self.ways if way.time > at)
        self.ways = [way for way in self.ways if way.time <= at]
