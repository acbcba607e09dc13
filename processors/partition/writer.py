"""The end of a partition's ledger: seals records, and gathers what is written with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import UNSET

from processors.accounts.account import Account
from processors.accounts.resting import rest
from processors.inputs import History
from processors.partition.effects import named, transfers
from processors.partition.head import account_key, checkpoint_key
from processors.partition.records import (
    LEDGER,
    SNAPSHOTS,
    TRANSFERS,
    Batch,
    Broken,
    Outgoing,
)
from processors.partition.store import DUE, TRAIL, Store
from processors.partition.trail import EMPTY, SLACK, Trail
from processors.partition.trail import ENCODER as TRAIL_ENCODER
from processors.partition.waypoints import Waypoints
from schemas.chain import FIRST_SEQUENCE, Chain, hash_of
from schemas.ledger import DECODER as RECORD_DECODER
from schemas.ledger import LedgerRecord, encode

if TYPE_CHECKING:
    from processors.inputs import Input
    from processors.partition.reading import Engine
    from processors.partition.records import Headers

HISTORIES = 256
"""Accounts whose recent records stay decoded after a late event, for the next one."""
REMEMBERED = frozenset({"accepted", "refused", "parked"})
"""Outcomes of events that are decided again when a late one comes."""
DAY = 86_400_000_000


class Writer:
    """Changes in place. `batch` is what the run at hand has produced so far."""

    __slots__ = (
        "batch",
        "began",
        "chain",
        "count",
        "engine",
        "horizon",
        "known",
        "labels",
        "ledger_offset",
        "number",
        "owed",
        "store",
        "touched",
        "versions",
        "waypoints",
        "whole",
    )

    def __init__(self, engine: Engine, number: int, count: int, store: Store) -> None:
        self.engine = engine
        self.number = number
        self.count = count
        self.store = store
        self.chain = Chain()
        self.ledger_offset = 0
        self.batch = Batch(0)
        self.touched: dict[str, Account] = {}
        self.began = (FIRST_SEQUENCE, 0)
        """Sequence and ledger offset at which the last committed run began."""
        self.owed: list[Outgoing] = []
        """Checkpoints that recovery took from the ledger, to be written with the next run."""
        self.known: dict[str, list[LedgerRecord]] = {}
        self.whole: dict[str, list[LedgerRecord]] = {}
        """All records of accounts that were asked for something older than their checkpoints."""
        self.waypoints = Waypoints()
        self.versions: dict[str, str] = {}
        self.labels = {version.hash: version.id for version in engine.program.versions}
        self.horizon = engine.program.late_horizon_days * DAY + SLACK

    def seal(self, record: LedgerRecord, key: bytes | None) -> bytes:
        """Give the record its place in the chain, and write it."""
        if record.effects:
            record.effects = named(record)
        chain = self.chain
        record.seq = chain.next_seq
        record.prev = chain.prev
        value = encode(record)
        chain.next_seq += 1
        chain.prev = hash_of(value)
        batch = self.batch
        batch.outgoing[LEDGER].append(Outgoing(self.number, key, value, ()))
        batch.outcomes[record.outcome] = batch.outcomes.get(record.outcome, 0) + 1
        return value

    def send(self, record: LedgerRecord, item: Input) -> None:
        """Write the effects of a sealed record as transfers."""
        self.batch.outgoing[TRANSFERS].extend(transfers(record, item, self.number, self.count))

    def take(
        self, name: str, account: Account, record: LedgerRecord, item: Input, *, late: bool = False
    ) -> None:
        """Write an account's record and all that follows from it."""
        if record.account != name or account.id != name:
            raise Broken(f"a step of {name} answered with {record.account}")
        sequence = record.member_sequence
        if sequence is not None and sequence != account.sequence:
            raise Broken(f"{name} stands at {account.sequence}, not {sequence}")
        key = name.encode()
        value = self.seal(record, key)
        version = record.program_version
        if version is not None and version not in self.versions:
            self.use(version)
        if record.effects:
            self.send(record, item)
        if sequence is not None:
            outgoing = self.batch.outgoing
            for role, output_key, output, headers in self.engine.outputs(record):
                outgoing[role].append(Outgoing(self.number, output_key, output, headers))
        if late and record.outcome == "refused":
            late = False
        noted = self.follow(name, account, record, value, item.arrival, item if late else None)
        if noted or record.changes:
            self.touched[name] = account

    def follow(
        self,
        name: str,
        account: Account,
        record: LedgerRecord,
        value: bytes,
        arrival: int,
        late: Input | None = None,
    ) -> bool:
        """Note what the record means for the account's due instant and its history.

        True if its snapshot changes even where the account does not.
        """
        store = self.store
        if store.younger.get(name) is not account:
            store.hold(name, account)
        store.mark_due(name, min(account.agenda) if account.agenda else None)
        if account.profile.erased:
            return self.forget(name)
        if not remembered(record):
            return record.member_sequence is not None
        self.remember(name, account, value, arrival, late)
        return True

    def remember(
        self, name: str, account: Account, value: bytes, arrival: int, late: Input | None
    ) -> None:
        """Note where the record lies, and move the account's checkpoints on when it is time."""
        offset = self.ledger_offset + len(self.batch.outgoing[LEDGER]) - 1
        trail = self.store.trails.get(name)
        if trail is None:
            turn_at = max(arrival, account.time) + self.horizon
            trail = self.store.trails[name] = Trail.starting(turn_at, offset)
        trail.add(offset)
        known = self.known.get(name)
        if known is not None:
            known.append(RECORD_DECODER.decode(value))
            if name in self.whole:
                self.whole[name].append(known[-1])
            self.waypoints.note(name, account, len(known), None if late is None else late.time)
        if late is not None and late.time < trail.young_cut:
            self.revise(name, trail, late)
        if arrival >= trail.turn_at and trail.count >= self.engine.whole:
            self.turn(name, account, trail)
            trail.turn_at = max(arrival, account.time) + self.horizon

    def turn(self, name: str, account: Account, trail: Trail) -> None:
        """Take a new younger checkpoint in the place of the older one."""
        self.keep(trail.turn(account.time), name, account)
        known = self.known.get(name)
        if known is not None:
            self.waypoints.shift(name, len(known) - trail.count)
            del known[: len(known) - trail.count]

    def keep(self, slot: int, name: str, account: Account) -> None:
        """Keep an account as one of its checkpoints."""
        taken = self.store.checkpoints[slot, name] = rest(account)
        self.snapshot(checkpoint_key(slot, name), taken, ())

    def history(self, name: str, time: int) -> History | None:
        """What an input of this time is decided with, late; None if it must be read first."""
        trail = self.store.trails.get(name)
        if trail is None:
            return History(self.store.checkpoint(name), [])
        known = self.known.get(name)
        if time < trail.older_cut:
            whole = self.whole.get(name)
            return None if whole is None else History(Account(name), list(whole), whole)
        if known is None:
            return None
        way = self.waypoints.before(name, time)
        if way is not None:
            since, account = known[way[0] :], way[1]
            return History(account, [r for r in since if _time_of(r) >= account.time], known)
        if time >= trail.young_cut > trail.older_cut:
            since = known[trail.young_count :]
            records = [record for record in since if _time_of(record) >= trail.young_cut]
            return History(self.store.checkpoint(name, younger=True), records, known)
        records = [record for record in known if _time_of(record) >= trail.older_cut]
        return History(self.store.checkpoint(name), records, known)

    def revise(self, name: str, trail: Trail, late: Input) -> None:
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
        self.keep(1 - trail.older, name, refold(older, late, before, program, trail.young_cut))

    def _renew(self, name: str, trail: Trail, late: Input) -> None:
        """Both checkpoints from the account's first record on."""
        refold, program = self.engine.refold, self.engine.program
        records = self.whole[name][:-1]
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
            self.keep(slot, name, refold(Account(name), late, before, program, cut))

    def forget(self, name: str) -> bool:
        """Drop the history of a member who was erased."""
        if self.store.trails.pop(name, None) is None:
            return True
        self.known.pop(name, None)
        self.whole.pop(name, None)
        self.waypoints.forget(name)
        for slot in (0, 1):
            if self.store.checkpoints.pop((slot, name), EMPTY):
                self.snapshot(checkpoint_key(slot, name), None, ())
        return True

    def use(self, version: str) -> None:
        """From now on this program version is frozen."""
        self.versions[version] = self.labels.get(version, "")

    def snapshot(self, key: bytes, value: bytes | None, headers: Headers) -> None:
        """Write one snapshot record."""
        self.batch.outgoing[SNAPSHOTS].append(Outgoing(self.number, key, value, headers))

    def snapshot_touched(self) -> None:
        """Write one snapshot of every account that the run touched."""
        store = self.store
        self.batch.outgoing[SNAPSHOTS].extend(self.owed)
        self.owed.clear()
        for name, account in self.touched.items():
            headers: list[tuple[str, bytes]] = []
            due = store.due.get(name)
            if due is not None:
                headers.append((DUE, b"%d" % due))
            trail = store.trails.get(name)
            if trail is not None:
                headers.append((TRAIL, TRAIL_ENCODER.encode(trail)))
            self.snapshot(account_key(name), store.rest(name, account), headers)
        self.touched.clear()


def remembered(record: LedgerRecord) -> bool:
    """True for what is decided again when a late input comes."""
    return record.event is not UNSET and record.outcome in REMEMBERED


def _time_of(record: LedgerRecord) -> int:
    return 0 if record.cause is None else record.cause.time
