"""The end of a partition's ledger: seals records, and gathers what is written with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.partition.effects import named, transfers
from processors.partition.head import account_key, checkpoint_key
from processors.partition.histories import Histories, remembered
from processors.partition.records import (
    LEDGER,
    SNAPSHOTS,
    TRANSFERS,
    Batch,
    Broken,
    Outgoing,
)
from processors.partition.store import DUE, PARKED, SEQ, TRAIL, Store
from processors.partition.trail import EMPTY
from processors.partition.trail import ENCODER as TRAIL_ENCODER
from processors.partition.unsaved import Place, Unsaved
from schemas.chain import FIRST_SEQUENCE, Chain, hash_of
from schemas.ledger import LedgerRecord, encode

if TYPE_CHECKING:
    from processors.accounts.account import Account
    from processors.inputs import History, Input, Step
    from processors.partition.reading import Engine
    from processors.partition.records import Headers


class Writer:
    """Changes in place. `batch` is what the run at hand has produced so far."""

    __slots__ = (
        "batch",
        "began",
        "chain",
        "count",
        "engine",
        "histories",
        "labels",
        "ledger_offset",
        "number",
        "owed",
        "store",
        "unsaved",
        "versions",
    )

    def __init__(self, engine: Engine, number: int, count: int, store: Store) -> None:
        self.engine = engine
        self.number = number
        self.count = count
        self.store = store
        self.chain = Chain()
        self.ledger_offset = 0
        self.batch = Batch(0)
        self.unsaved = Unsaved()
        self.began = (FIRST_SEQUENCE, 0)
        """Sequence and ledger offset at which the last committed run began."""
        self.owed: list[Outgoing] = []
        """Checkpoints that recovery took from the ledger, to be written with the next run."""
        self.versions: dict[str, str] = {}
        self.labels = {version.hash: version.id for version in engine.program.versions}
        self.histories = Histories(engine, store, self.keep)

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
        batch.tally.count(record)
        return value

    def send(self, record: LedgerRecord, item: Input) -> None:
        """Write the effects of a sealed record as transfers."""
        self.batch.outgoing[TRANSFERS].extend(transfers(record, item, self.number, self.count))

    def take(self, name: str, answer: Step, item: Input, history: History | None = None) -> None:
        """Write an account's record and all that follows from it.

        `history` is what a late input was decided with.
        """
        account, record = answer.account, answer.record
        if record.account != name or account.id != name:
            raise Broken("its step answered with another account", name)
        sequence = record.member_sequence
        if sequence is not None and sequence != account.sequence:
            raise Broken(f"it stands at {account.sequence}, not {sequence}", name)
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
        placed = history is not None and answer.passed is not None
        if history is not None and answer.passed is not None:
            self.histories.passed(name, history, answer.passed)
        noted = self.follow(name, account, record, value, item.arrival, placed=placed)
        if noted or record.changes:
            self.touch(name)

    def follow(
        self,
        name: str,
        account: Account,
        record: LedgerRecord,
        value: bytes,
        arrival: int,
        *,
        placed: bool = False,
    ) -> bool:
        """Note what the record means for the account's due instant and its history.

        True if its snapshot changes even where the account does not.
        """
        store = self.store
        if store.younger.get(name) is not account:
            store.hold(name, account)
        store.mark_due(name, min(account.agenda) if account.agenda else None)
        # A commit that waits for its request is no input of its own, and bears no id.
        waiting = [one.id for one in account.parked.values() if one.id] if account.parked else ()
        store.mark_parked(name, len(waiting))
        if account.profile.erased:
            return self.forget(name)
        if not remembered(record):
            return record.member_sequence is not None
        offset = self.ledger_offset + len(self.batch.outgoing[LEDGER]) - 1
        self.histories.note(name, account, offset, value, record, arrival, placed=placed)
        return True

    def keep(self, slot: int, name: str, rested: bytes) -> None:
        """Keep an account at rest as one of its checkpoints."""
        self.store.checkpoints[slot, name] = rested
        self.snapshot(checkpoint_key(slot, name), rested, ())
        # A checkpoint and the trail that counts from it are saved together.
        self.unsaved.force(name)

    def forget(self, name: str) -> bool:
        """Drop the history of a member who was erased; what was saved of him goes now."""
        self.unsaved.force(name)
        if self.store.trails.pop(name, None) is None:
            return True
        self.histories.forget(name)
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

    def place(self) -> Place:
        """Where the ledger ends."""
        return Place(self.chain.next_seq, self.chain.prev, self.ledger_offset)

    def touch(self, name: str) -> None:
        """The account went on: its bytes and its snapshot are behind."""
        self.store.stale.add(name)
        self.unsaved.add(name)

    def save(self, before: int, most: int | None = None) -> None:
        """Write snapshots of accounts of which a record before this sequence is unsaved."""
        store = self.store
        # They are older than what the batch brings of the same keys.
        self.batch.outgoing[SNAPSHOTS][:0] = self.owed
        self.owed.clear()
        for name in self.unsaved.take(before, most):
            headers = [(SEQ, b"%d" % self.chain.next_seq)]
            due = store.due.get(name)
            if due is not None:
                headers.append((DUE, b"%d" % due))
            trail = store.trails.get(name)
            if trail is not None:
                headers.append((TRAIL, TRAIL_ENCODER.encode(trail)))
            if name in store.parked:
                headers.append((PARKED, b"%d" % store.parked[name]))
            self.snapshot(account_key(name), store.rest(name), headers)
