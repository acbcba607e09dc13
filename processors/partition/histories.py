"""What late inputs are decided with: histories of accounts, and where they start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import UNSET

from processors.accounts.account import Account
from processors.inputs import History
from processors.partition.records import Broken
from processors.partition.trail import SLACK, Trail
from processors.partition.waypoints import Waypoints
from schemas.ledger import DECODER as RECORD_DECODER

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from processors.inputs import Input
    from processors.partition.reading import Engine
    from processors.partition.store import Store
    from schemas.ledger import LedgerRecord

HISTORIES = 256
"""Accounts whose recent records stay decoded after a late event, for the next one."""
MOST_RECORDS = 20_000
"""Of whole histories that stay decoded for the next input that wants them."""
REMEMBERED = frozenset({"accepted", "refused", "parked"})
"""Outcomes of events that are decided again when a late one comes."""
REQUESTED = "loyalty.redemption.requested.v1"
DAY = 86_400_000_000


class Histories:
    """Changes in place, like the partition it belongs to."""

    __slots__ = ("_keep", "_waypoints", "_whole", "engine", "horizon", "known", "store")

    def __init__(
        self, engine: Engine, store: Store, keep: Callable[[int, str, Account], None]
    ) -> None:
        self.engine = engine
        self.store = store
        self._keep = keep
        """Keeps an account as one of its two checkpoints."""
        self.horizon = engine.program.late_horizon_days * DAY + SLACK
        self.known: dict[str, list[LedgerRecord]] = {}
        """Recent records of accounts, decoded."""
        self._whole: dict[str, list[LedgerRecord]] = {}
        """All records of accounts that were asked for something older than their checkpoints."""
        self._waypoints = Waypoints()

    def learn(self, histories: Mapping[str, Sequence[LedgerRecord]]) -> None:
        """Take in what was read. Raises Broken if it is not what was asked for."""
        while self.known and len(self.known) + len(histories) > HISTORIES:
            self.forget(next(iter(self.known)))
        for name, records in histories.items():
            count = sum(record.account == name for record in records)
            recent = self.store.trails[name].count
            if count != len(records) or count < recent:
                raise Broken(f"the history of {name} is not what was asked for")
            self.known[name] = list(records[count - recent :])
            self._waypoints.forget(name)
            if count > recent:
                self._learn_whole(name, records)

    def _learn_whole(self, name: str, records: Sequence[LedgerRecord]) -> None:
        while self._whole and sum(map(len, self._whole.values())) + len(records) > MOST_RECORDS:
            del self._whole[next(iter(self._whole))]
        self._whole[name] = list(records)

    def note(
        self,
        name: str,
        account: Account,
        offset: int,
        value: bytes,
        arrival: int,
        late: Input | None,
    ) -> None:
        """Note where a record lies, and move the account's checkpoints on when it is time."""
        trail = self.store.trails.get(name)
        if trail is None:
            turn_at = max(arrival, account.time) + self.horizon
            trail = self.store.trails[name] = Trail.starting(turn_at, offset)
        trail.add(offset)
        known = self.known.get(name)
        if known is not None:
            known.append(RECORD_DECODER.decode(value))
            if name in self._whole:
                self._whole[name].append(known[-1])
            self._waypoints.note(name, account, len(known), None if late is None else late.time)
        if late is not None and late.time < trail.young_cut:
            self._revise(name, trail, late)
        if arrival >= trail.turn_at and trail.count >= self.engine.whole:
            self._turn(name, account, trail)
            trail.turn_at = max(arrival, account.time) + self.horizon

    def _turn(self, name: str, account: Account, trail: Trail) -> None:
        """Take a new younger checkpoint in the place of the older one."""
        self._keep(trail.turn(account.time), name, account)
        known = self.known.get(name)
        if known is not None:
            self._waypoints.shift(name, len(known) - trail.count)
            del known[: len(known) - trail.count]

    def of(self, name: str, time: int) -> History | None:
        """What an input of this time is decided with, late; None if it must be read first."""
        trail = self.store.trails.get(name)
        if trail is None:
            return History(self.store.checkpoint(name), [])
        known = self.known.get(name)
        if time < trail.older_cut:
            whole = self._whole.get(name)
            return None if whole is None else History(Account(name), list(whole), whole)
        if known is None:
            return None
        way = self._waypoints.before(name, time)
        if way is not None:
            since, account = known[way[0] :], way[1]
            return History(account, [r for r in since if _time_of(r) >= account.time], known)
        if time >= trail.young_cut > trail.older_cut:
            since = known[trail.young_count :]
            records = [record for record in since if _time_of(record) >= trail.young_cut]
            return History(self.store.checkpoint(name, younger=True), records, known)
        records = [record for record in known if _time_of(record) >= trail.older_cut]
        return History(self.store.checkpoint(name), records, known)

    def _revise(self, name: str, trail: Trail, late: Input) -> None:
        """Put a late input into the checkpoints that stand for an instant after it."""
        refold, program = self.engine.refold, self.engine.program
        if late.time < trail.older_cut:
            self._renew(name, trail, late)
            return
        known = self.known[name][:-1]
        before = [
            record
            for place, record in enumerate(known)
            if (place < trail.young_count or _time_of(record) < trail.young_cut)
            and _time_of(record) >= trail.older_cut
        ]
        older = self.store.checkpoint(name)
        self._keep(1 - trail.older, name, refold(older, late, before, program, trail.young_cut))

    def _renew(self, name: str, trail: Trail, late: Input) -> None:
        """Both checkpoints from the account's first record on."""
        refold, program = self.engine.refold, self.engine.program
        records = self._whole[name][:-1]
        first = len(records) + 1 - trail.count
        cuts = (
            (trail.older, 0, trail.older_cut),
            (1 - trail.older, trail.young_count, trail.young_cut),
        )
        for slot, counted, cut in cuts:
            before = [
                record
                for place, record in enumerate(records)
                if place < first + counted or _time_of(record) < cut
            ]
            self._keep(slot, name, refold(Account(name), late, before, program, cut))

    def forget(self, name: str) -> None:
        """Drop what is decoded of an account."""
        self.known.pop(name, None)
        self._whole.pop(name, None)
        self._waypoints.forget(name)


def remembered(record: LedgerRecord) -> bool:
    """True for what is decided again when a late input comes."""
    if record.outcome == "forwarded":
        # It reserves here, and asks elsewhere whether there is any left.
        here = record.member_sequence is not None
        return here and record.cause is not None and record.cause.type == REQUESTED
    return record.event is not UNSET and record.outcome in REMEMBERED


def _time_of(record: LedgerRecord) -> int:
    return 0 if record.cause is None else record.cause.time
