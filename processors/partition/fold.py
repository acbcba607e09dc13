"""The fold of one partition: each fetched record becomes exactly one ledger record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.inputs import Input, NeedsHistory
from processors.partition import recovery, saving, undecidable, unowned
from processors.partition.dead_letters import TOO_EARLY, fault_of
from processors.partition.effects import MAX_HOPS
from processors.partition.lateness import wanted
from processors.partition.reading import (
    CLOCK,
    Engine,
    due_input,
    event_input,
    forwarded_input,
    sent,
    transfer_input,
)
from processors.partition.records import Batch, Broken
from processors.partition.store import Store
from processors.partition.undecidable import DECISION, FAILURES, HANDED_ON
from processors.partition.writer import Writer
from processors.routing import partition_of
from schemas.ledger import Coordinates
from schemas.unreadable import Unreadable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from processors.partition.records import Fetched, Headers
    from schemas.transfers import Transfer

DUE_PER_BATCH = 2_000
LAG = 10_000
"""Ledger records by which a snapshot may be behind."""
MOST_REDECIDED = 20_000
"""Records that late inputs of one batch have decided again: then it is committed, as progress."""


class Partition:
    """One partition: its accounts, its positions in the inputs, and the end of its ledger."""

    __slots__ = (
        "aside",
        "count",
        "engine",
        "lag",
        "number",
        "planned",
        "positions",
        "recovering",
        "redecided",
        "store",
        "transfers",
        "writer",
    )

    def __init__(
        self, engine: Engine, number: int, count: int, cache: int = 20_000, lag: int = LAG
    ) -> None:
        self.engine = engine
        self.number = number
        self.count = count
        self.positions: dict[str, int] = {}
        """Next offset to fold, by topic."""
        self.transfers: dict[str, tuple[int, int]] = {}
        """Highest (sequence, index) folded, by sending partition."""
        self.lag = lag
        self.planned = engine.program.hash
        """Of the program by which every account's timers are set."""
        self.aside: dict[tuple[str, int], str] = {}
        """Inputs, by topic and offset, at which rule code has failed, and where."""
        self.store = Store(cache)
        self.writer = Writer(engine, number, count, self.store)
        self.redecided = 0
        self.recovering = recovery.Recovering()

    def fold(
        self,
        run: Sequence[Fetched],
        histories: Mapping[str, Sequence[bytes]] | None = None,
    ) -> Batch:
        """Fold a run. `histories` holds what an earlier batch wanted, by account.

        Raises Undecidable or Broken; nobody may go on with this partition then.
        """
        batch = self.begin()
        self.writer.histories.learn(histories or {})
        positions = self.positions
        for index, fetched in enumerate(run):
            topic = fetched.topic
            if fetched.offset < positions.get(topic, 0):
                batch.skipped += 1
                continue
            try:
                done = self._one(fetched)
            except undecidable.Unharmed as found:
                self.aside[found.at] = found.failed
                done = self._one(fetched)
            except FAILURES as failure:
                raise undecidable.blamed(fetched, failure, self.engine.transfers_topic) from failure
            if not done:
                batch.stopped_at = index
                batch.wanted = wanted(self, run[index:])
                break
            positions[topic] = fetched.offset + 1
            if self.redecided > MOST_REDECIDED:
                batch.stopped_at = index + 1
                break
        saving.finish(self)
        return batch

    def advance(self, until: int, limit: int = DUE_PER_BATCH) -> Batch:
        """Let time pass for accounts due by `until`, at most `limit` times; call while any is."""
        batch = self.begin()
        self._pass_all(until, limit)
        saving.finish(self)
        return batch

    def next_due(self) -> int | None:
        """The first instant at which any account has something due."""
        first = self.store.first_due()
        return None if first is None else first[0]

    def apply_snapshot(self, key: bytes, value: bytes | None, headers: Headers) -> None:
        """Take one record of the snapshots topic; a later one of the same key replaces it."""
        recovery.apply_snapshot(self, key, value, headers)

    def apply_record(self, offset: int, value: bytes | None) -> bool:
        """Fold one ledger record from the tail on. False if it does not continue the chain."""
        return recovery.apply_record(self, offset, value)

    def recovered(self) -> None:
        """The tail was folded. Raises Refused if the ledger ends before the head."""
        recovery.finish(self)

    def settle(self, before: int | None = None) -> Batch:
        """Snapshots that are behind by records before a sequence, or by any. May be empty."""
        batch = self.begin()
        saving.settle(self, before)
        return batch

    def begin(self) -> Batch:
        """A new batch, which whatever is decided from now on belongs to."""
        batch = self.writer.batch = Batch(self.writer.ledger_offset)
        self.writer.unsaved.begin(self.writer.place())
        self.redecided = 0
        return batch

    def _one(self, fetched: Fetched) -> bool:
        sent_on = fetched.topic == self.engine.transfers_topic
        return self._transfer(fetched) if sent_on else self._event(fetched)

    def _event(self, fetched: Fetched) -> bool:
        topic, number, offset, timestamp, _, value, headers = fetched
        at = Coordinates(offset, number, timestamp, topic)
        failed = self.aside.get((topic, offset))
        if failed is not None:
            unowned.bury(self.writer, fetched, undecidable.set_aside(failed, DECISION))
            return True
        try:
            received = self.engine.read(value, headers)
        except Unreadable as bad:
            unowned.bury(self.writer, fetched, fault_of(bad))
            return True
        if received.time > timestamp * 1000 + self.engine.ahead:
            unowned.bury(self.writer, fetched, TOO_EARLY)
            return True
        name = self.engine.account_of(received.subject)
        item = event_input(self.engine, received, name, at)
        if not self._is_here(name):
            if not self._is_here(received.subject):
                self.writer.batch.mis_keyed += 1
            unowned.hand_on(self.writer, item, name)
            return True
        return self._decide(name, item, None)

    def _transfer(self, fetched: Fetched) -> bool:
        at = Coordinates(fetched.offset, fetched.partition, fetched.timestamp, fetched.topic)
        try:
            came = sent(self.engine, fetched.value, self._is_here)
        except Unreadable as bad:
            unowned.bury(self.writer, fetched, fault_of(bad))
            return True
        transfer, event, _ = came
        sender = str(transfer.sender_partition)
        place = (transfer.sender_seq, transfer.index)
        if place <= self.transfers.get(sender, (0, -1)):
            self.writer.seal(unowned.repeated(transfer, at), transfer.to.encode())
            return True
        if transfer.kind == CLOCK:
            if not self._pass_all(transfer.time, DUE_PER_BATCH):
                return False
            self.writer.seal(unowned.told(transfer, at), None)
            self.transfers[sender] = place
            return True
        item = transfer_input(came, at) if event is None else forwarded_input(came, event, at)
        failed = self.aside.get((fetched.topic, fetched.offset))
        if failed is not None:
            unowned.bury(self.writer, fetched, undecidable.set_aside(failed, HANDED_ON), transfer)
        elif event is not None and item.hops > MAX_HOPS:
            self.writer.seal(unowned.in_a_circle(item, transfer, self.engine.program.id), None)
        elif not self._decide(transfer.to, item, transfer):
            return False
        self.transfers[sender] = place
        return True

    def _is_here(self, name: str) -> bool:
        return partition_of(name, self.count) == self.number

    def _decide(self, name: str, item: Input, transfer: Transfer | None) -> bool:
        """Decide an input, all that is due before it first. False if its history is missing."""
        store = self.store
        while (due := store.due.get(name)) is not None and due <= item.time:
            self.pass_time(name, due)
        history = None
        answer = undecidable.ask(self, name, item, None)
        if isinstance(answer, NeedsHistory):
            history = self.writer.histories.of(name, item)
            if history is None:
                return False
            self.redecided += len(history.records)
            answer = undecidable.ask(self, name, item, history)
            if isinstance(answer, NeedsHistory):
                raise Broken("it was given its history and asked again", name)
        if transfer is not None:
            answer.record.transfer = unowned.place_of(transfer)
        self.writer.take(name, answer, item, history)
        return True

    def _pass_all(self, until: int, limit: int) -> bool:
        """Do what is due by then, account by account. False: there is more than the limit."""
        while (first := self.store.first_due()) is not None and first[0] <= until:
            if len(self.writer.batch) >= limit:
                return False
            self.pass_time(first[1], first[0])
        return True

    def pass_time(self, name: str, due: int) -> None:
        """Do what is due for an account at an instant. Raises Broken if it stays due."""
        item = due_input(name, due)
        try:
            answer = self.engine.step(self.store.open(name), item, self.engine.program, None)
            if isinstance(answer, NeedsHistory):
                raise Broken("time passing asked for history", name)
            self.writer.take(name, answer, item)
        except FAILURES as failure:
            raise Broken(f"what is due fails: {undecidable.failed_at(failure)}", name) from failure
        if (following := self.store.due.get(name)) is not None and following <= due:
            raise Broken(f"it is still due at {due}", name)
