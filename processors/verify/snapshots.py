"""Snapshots: what the topic holds last under each key, against a fresh fold of the ledger.

A snapshot may be behind: it says which record is the first that it lacks, is compared with the fold
at that place, and the tail of the ledger that the head names must hold all that it lacks.

The order of items within an account carries no meaning, and depends on when it was last loaded, so
accounts are compared with their items sorted. Checkpoints are not compared: a late event may have
been put into them out of the ledger's order. Their own sums must agree, and that is checked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec
import orjson

from processors.accounts.account import ENCODER
from processors.accounts.assign import next_due
from processors.accounts.resting import plain, wake
from processors.partition.head import DECODER as HEAD_DECODER
from processors.partition.head import HEAD_KEY, named_by
from processors.partition.histories import remembered
from processors.partition.store import DUE, SEQ, TRAIL
from processors.partition.trail import DECODER as TRAIL_DECODER
from processors.verify.findings import Place

if TYPE_CHECKING:
    from processors.accounts.account import Account
    from processors.partition.head import Head
    from processors.partition.records import Fetched
    from processors.verify.accounts import Accounts
    from processors.verify.books import Books
    from processors.verify.findings import Findings
    from schemas.ledger import LedgerRecord


class Kept(NamedTuple):
    """The latest snapshot of an account."""

    value: bytes
    offset: int
    due: int | None
    trail: bytes
    seq: int
    """The first ledger record that it does not hold."""


class Snapshots:
    """The snapshots of one partition, latest per key."""

    def __init__(self, findings: Findings, topic: str, partition: int) -> None:
        self.findings = findings
        self.topic = topic
        self.partition = partition
        self.head: Head | None = None
        self.head_offset = -1
        self.kept: dict[str, Kept] = {}
        self.checkpoints: dict[tuple[int, str], tuple[bytes, int]] = {}
        self.bases: dict[str, int] = {}
        """By account with a trail: the ledger offset from which its history counts."""
        self.seen: dict[str, set[int]] = {}
        """Ledger offsets of its records from there on, of those that late inputs need."""
        self.done: set[str] = set()
        """Accounts whose snapshots were compared."""

    def take(self, record: Fetched) -> None:
        """One record of the topic; a later one replaces it."""
        try:
            self._take(record, record.key or b"")
        except (msgspec.DecodeError, ValueError) as bad:
            place = Place(self.topic, self.partition, record.offset)
            self.findings.add("D1 unreadable", place, str(bad), "a head or a snapshot")

    def _take(self, record: Fetched, key: bytes) -> None:
        value = record.value
        if key == HEAD_KEY:
            self.head_offset = record.offset
            self.head = None if value is None else HEAD_DECODER.decode(value)
            return
        slot, name = named_by(key)
        if value is None:
            self.kept.pop(name, None) if slot is None else self.checkpoints.pop((slot, name), None)
        elif slot is not None:
            self.checkpoints[slot, name] = (value, record.offset)
        else:
            found = dict(record.headers)
            due = int(found[DUE]) if DUE in found else None
            trail, seq = found.get(TRAIL, b""), int(found.get(SEQ, b"0"))
            self.kept[name] = Kept(plain(value), record.offset, due, trail, seq)

    @property
    def tail(self) -> int:
        """The sequence from which on recovery reads the ledger."""
        head = self.head
        if head is None:
            return 0
        return head.next_seq if head.tail is None else head.tail.seq

    def note(self, record: LedgerRecord, name: str, place: Place, accounts: Accounts) -> None:
        """The account's next record, which is not in `accounts` yet."""
        kept = self.kept.get(name)
        if kept is None or record.seq >= kept.seq:
            if kept is not None and name not in self.done:
                self._compare_one(accounts.open(name), kept)
            changed = record.changes or record.member_sequence is not None
            if changed and record.seq < self.tail:
                what = f"record {record.seq} of {name} is not in a snapshot"
                self.findings.add("D1 snapshot", place, what, "as it lies before the tail")
        if remembered(record):
            self._remember(name, place.offset)

    def _remember(self, name: str, offset: int) -> None:
        base = self.bases.get(name)
        if base is None:
            kept = self.kept.get(name)
            base = self.bases[name] = NEVER if kept is None else _base(kept.trail)
        if offset >= base:
            self.seen.setdefault(name, set()).add(offset)

    def compare(self, books: Books) -> None:
        """What was not compared on the way; no snapshot is there that no account has."""
        for name, account in books.accounts.all():
            kept = self.kept.pop(name, None)
            place = Place(self.topic, self.partition, -1 if kept is None else kept.offset)
            books.count(account)
            books.check_account(account, place)
            if kept is not None and name not in self.done:
                self._compare_one(account, kept)
        for name, kept in self.kept.items():
            place = Place(self.topic, self.partition, kept.offset)
            what = f"a snapshot of {name}, who is not in the ledger"
            self.findings.add("D1 snapshot", place, what, "nothing")
        for (_, name), (value, offset) in self.checkpoints.items():
            self._check_checkpoint(books, name, value, Place(self.topic, self.partition, offset))

    def _compare_one(self, account: Account, kept: Kept) -> None:
        self.done.add(account.id)
        place = Place(self.topic, self.partition, kept.offset)
        value = ENCODER.encode(account)
        if value != kept.value and (fields := differing(value, kept.value)):
            what = f"the snapshot of {account.id} differs in {', '.join(fields)}"
            self.findings.add("D1 snapshot", place, what, "what its ledger records lead to")
        due = next_due(account)
        if due != kept.due:
            what = f"the snapshot of {account.id} says that it is due at {kept.due}"
            self.findings.add("D1 due", place, what, str(due))
        # Who is erased has no history.
        known = set() if account.profile.erased else self.seen.get(account.id, set())
        self._compare_trail(account.id, kept, known, place)

    def _compare_trail(self, name: str, kept: Kept, known: set[int], place: Place) -> None:
        """The offsets of an account's history lead to records of that account, and to all."""
        try:
            offsets = TRAIL_DECODER.decode(kept.trail).offsets() if kept.trail else ()
        except msgspec.DecodeError as bad:
            self.findings.add("D1 trail", place, f"the trail of {name}: {bad}", "offsets")
            return
        strangers = set(offsets) - known
        if strangers or list(offsets) != sorted(set(offsets)):
            what = f"the trail of {name} names offsets {sorted(strangers)[:5]}"
            self.findings.add("D1 trail", place, what, "records of this account, in order")
        lacking = {offset for offset in known if offset > self.bases[name]} - set(offsets)
        if lacking:
            what = f"the trail of {name} lacks offsets {sorted(lacking)[:5]}"
            self.findings.add("D1 trail", place, what, "all that it is decided again with")

    def _check_checkpoint(self, books: Books, name: str, value: bytes, place: Place) -> None:
        try:
            account = wake(value)
        except (msgspec.DecodeError, ValueError) as bad:
            self.findings.add("D1 unreadable", place, str(bad), f"a checkpoint of {name}")
            return
        if account.id != name:
            self.findings.add("D1 snapshot", place, f"a checkpoint of {account.id}", name)
        books.check_account(account, place)


NEVER = 1 << 62


def _base(trail: bytes) -> int:
    try:
        return TRAIL_DECODER.decode(trail).base if trail else -1
    except msgspec.DecodeError:
        return NEVER


def differing(fresh: bytes, held: bytes) -> list[str]:
    """Fields of an account that are not the same in both."""
    try:
        ours, theirs = _sorted(fresh), _sorted(held)
    except orjson.JSONDecodeError:
        return ["everything: it is not JSON"]
    return sorted(
        name for name in ours.keys() | theirs.keys() if _bytes(ours, name) != _bytes(theirs, name)
    )


def _sorted(value: bytes) -> dict[str, object]:
    account: dict[str, object] = orjson.loads(value)
    agenda = account.get("agenda")
    if isinstance(agenda, dict):
        account["agenda"] = {instant: sorted(names) for instant, names in agenda.items()}
    return account


def _bytes(account: dict[str, object], name: str) -> bytes:
    return orjson.dumps(account.get(name), option=orjson.OPT_SORT_KEYS)
