"""Snapshots: what the topic holds last under each key, against a fresh fold of the ledger.

The order of items within an account carries no meaning, and depends on when it was last loaded, so
accounts are compared with their items sorted. Checkpoints are not compared: a late event may have
been put into them out of the ledger's order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import orjson

from processors.accounts.assign import next_due
from processors.partition.head import DECODER as HEAD_DECODER
from processors.partition.head import HEAD_KEY, named_by
from processors.partition.store import DUE
from processors.verify.findings import Place

if TYPE_CHECKING:
    from processors.accounts.account import Account
    from processors.partition.head import Head
    from processors.partition.records import Fetched
    from processors.verify.books import Books
    from processors.verify.findings import Findings


class Kept(NamedTuple):
    """The latest snapshot of an account."""

    value: bytes
    offset: int
    due: int | None


class Snapshots:
    """The snapshots of one partition, latest per key."""

    def __init__(self, findings: Findings, topic: str, partition: int) -> None:
        self.findings = findings
        self.topic = topic
        self.partition = partition
        self.head: Head | None = None
        self.head_offset = -1
        self.kept: dict[str, Kept] = {}
        self.compared = 0

    def take(self, record: Fetched) -> None:
        """One record of the topic; a later one replaces it."""
        key = record.key or b""
        if key == HEAD_KEY:
            self.head_offset = record.offset
            self.head = None if record.value is None else HEAD_DECODER.decode(record.value)
            return
        slot, name = named_by(key)
        if slot is not None:
            return
        if record.value is None:
            self.kept.pop(name, None)
            return
        due = next((int(value) for header, value in record.headers if header == DUE), None)
        self.kept[name] = Kept(record.value, record.offset, due)

    def compare(self, books: Books) -> None:
        """Every account of the fold has its snapshot, byte for byte, and no other is there."""
        for name, value, account in books.accounts.all():
            kept = self.kept.pop(name, None)
            place = Place(self.topic, self.partition, -1 if kept is None else kept.offset)
            books.check_account(account, place)
            if kept is None:
                if account.sequence:
                    self.findings.add("D1 snapshot", place, f"{name} has no snapshot", "one")
                continue
            self._compare_one(account, value, kept, place)
        for name, kept in self.kept.items():
            place = Place(self.topic, self.partition, kept.offset)
            what = f"a snapshot of {name}, who is not in the ledger"
            self.findings.add("D1 snapshot", place, what, "nothing")

    def _compare_one(self, account: Account, value: bytes, kept: Kept, place: Place) -> None:
        self.compared += 1
        if value != kept.value and (fields := differing(value, kept.value)):
            what = f"the snapshot of {account.id} differs in {', '.join(fields)}"
            self.findings.add("D1 snapshot", place, what, "what its ledger records lead to")
        due = next_due(account)
        if due != kept.due:
            what = f"the snapshot of {account.id} says that it is due at {kept.due}"
            self.findings.add("D1 due", place, what, str(due))


def differing(fresh: bytes, held: bytes) -> list[str]:
    """Fields of an account that are not the same in both."""
    ours, theirs = _sorted(fresh), _sorted(held)
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
