"""What late inputs are decided with: histories of accounts, and where they start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import UNSET

from processors.accounts.resting import packed, rest
from processors.inputs import History, Stop
from processors.partition.past import Past, Way
from processors.partition.records import Broken, HistoryWanted
from processors.partition.trail import EMPTY, SLACK, Trail
from schemas.upcasts import read_record

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from processors.accounts.account import Account
    from processors.inputs import Input
    from processors.partition.reading import Engine
    from processors.partition.store import Store
    from schemas.ledger import LedgerRecord

MOST_BYTES = 32 << 20
"""Of histories that stay in memory after a late input, for the next one."""
REMEMBERED = frozenset({"accepted", "refused", "parked"})
"""Outcomes of events that are decided again when a late one comes."""
REQUESTED = "loyalty.redemption.requested.v1"
DAY = 86_400_000_000


class Histories:
    """Changes in place, like the partition it belongs to."""

    __slots__ = ("_keep", "_pasts", "_size", "engine", "horizon", "store")

    def __init__(
        self, engine: Engine, store: Store, keep: Callable[[int, str, bytes], None]
    ) -> None:
        self.engine = engine
        self.store = store
        self._keep = keep
        """Keeps an account at rest as one of its two checkpoints."""
        self.horizon = engine.program.late_horizon_days * DAY + SLACK
        self._pasts: dict[str, Past] = {}
        """By account; the one that was used last comes last."""
        self._size = 0

    def want(self, name: str, time: int, *, stopped: bool) -> HistoryWanted | None:
        """What must be read before an input of this time can be decided late; None: nothing.

        `stopped`: what is known, if anything, was not enough for it.
        """
        trail, past = self.store.trails.get(name), self._pasts.get(name)
        if trail is None or (past is not None and past.whole):
            return None
        older = time < trail.older_cut
        if past is not None and not (older or stopped):
            return None
        if older or past is not None:
            return HistoryWanted(name, trail.offsets(), whole=not trail.whole)
        return HistoryWanted(name, trail.offsets()[trail.older_count :])

    def learn(self, histories: Mapping[str, Sequence[bytes]]) -> None:
        """Take in what was read. Raises Broken if it is not what was asked for."""
        # What is needed first comes last, and so stays, whatever it weighs.
        for name, values in reversed(list(histories.items())):
            self.forget(name)
            trail = self.store.trails[name]
            first = trail.count - len(values)
            past = Past(first, whole=first < 0 or (first == 0 and trail.whole))
            for value in values:
                record = read_record(value)
                if record.account != name:
                    raise Broken("its history is not what was asked for", name)
                past.add(value, record)
            if first > trail.older_count:
                raise Broken(f"its history lacks {first} records", name)
            self._hold(name, past)

    def of(self, name: str, item: Input) -> History | None:
        """What an input is decided with, late; None if it must be read first."""
        trail, past = self.store.trails.get(name), self._pasts.get(name)
        if trail is None:
            return History(self.store.checkpoint(name), item.time)
        if past is None:
            return None
        at = past.order.of(item.time, item.subject, item.type)
        slots = (
            Stop(trail.older_cut, 0, trail.older_count, trail.older),
            Stop(trail.young_cut, 0, trail.young_count, 1 - trail.older),
        )
        start = past.start(at, [Way(s.time, s.place, self._kept(name, s.slot)) for s in slots])
        if start is None and past.whole:
            raise Broken("nothing is known that it could begin with", name)
        if start is None:
            return None
        self._hold(name, past)
        return past.history(name, at, start, [slot for slot in slots if slot.time > at])

    def _kept(self, name: str, slot: int | None) -> bytes:
        return self.store.checkpoints.get((slot or 0, name), EMPTY)

    def note(
        self,
        name: str,
        account: Account,
        offset: int,
        value: bytes,
        record: LedgerRecord,
        arrival: int,
        *,
        placed: bool,
    ) -> None:
        """Note where a record lies, and move the account's checkpoints on when it is time.

        `placed`: states beyond it hold it already.
        """
        trail = self.store.trails.get(name)
        if trail is None:
            turn_at = max(arrival, account.time) + self.horizon
            trail = self.store.trails[name] = Trail.starting(turn_at, offset)
        trail.add(offset)
        latest = max(trail.ahead, 0 if record.cause is None else record.cause.time)
        trail.ahead = latest if latest > account.time else 0
        past = self._pasts.get(name)
        if past is not None:
            self._size -= past.size
            past.add(value, record, placed=placed)
            self._size += past.size
        enough = trail.count - trail.older_count >= self.engine.whole
        if arrival >= trail.turn_at and enough and not trail.ahead:
            self._turn(name, account, trail)
            trail.turn_at = max(arrival, account.time) + self.horizon

    def _turn(self, name: str, account: Account, trail: Trail) -> None:
        """Take a new younger checkpoint in the place of the older one."""
        listed = trail.count
        self._keep(trail.turn(account.time, self.engine.listed), name, rest(account))
        if trail.count < listed:
            self.forget(name)

    def passed(self, name: str, history: History, passed: Sequence[bytes]) -> None:
        """A late input took its place: the account at the history's stops is another from now on.

        Checkpoints among them that stand for an instant after it hold it now.
        """
        past = self._pasts.get(name)
        if past is None:
            return
        stops = list(zip(history.stops, passed, strict=True))
        ways = [Way(stop.time, stop.place, value) for stop, value in stops if stop.slot is None]
        for stop, value in stops:
            if stop.slot is not None:
                self._keep(stop.slot, name, packed(value))
        self._size -= past.size
        past.keep(history.at, ways)
        self._size += past.size

    def _hold(self, name: str, past: Past) -> None:
        """Keep it as the last of those that stay; the first ones go where there are too many."""
        self.forget(name)
        self._pasts[name] = past
        self._size += past.size
        while self._size > MOST_BYTES and len(self._pasts) > 1:
            self.forget(next(iter(self._pasts)))

    def forget(self, name: str) -> None:
        """Drop what is known of an account."""
        past = self._pasts.pop(name, None)
        if past is not None:
            self._size -= past.size


def remembered(record: LedgerRecord) -> bool:
    """True for what is decided again when a late input comes."""
    if record.outcome == "forwarded":
        # It reserves here, and asks elsewhere whether there is any left.
        here = record.member_sequence is not None
        return here and record.cause is not None and record.cause.type == REQUESTED
    return record.event is not UNSET and record.outcome in REMEMBERED
