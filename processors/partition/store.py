"""The accounts of one partition: at rest as bytes, in use decoded, and when each is next due."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING

from processors.accounts.account import Account
from processors.accounts.resting import rest, wake
from processors.partition.trail import DECODER as TRAIL_DECODER
from processors.partition.trail import EMPTY, Trail

if TYPE_CHECKING:
    from processors.partition.records import Headers

DUE = "due"
PARKED = "parked"
TRAIL = "trail"
SEQ = "seq"
"""Header of a snapshot: the sequence of the first ledger record that it does not hold."""


class Store:
    """Bytes of every account, a bounded number of them decoded, and a heap of due instants.

    The decoded ones stand in two generations: what was not used since the last change of
    generations is dropped. That bounds them without book-keeping on each access.
    """

    __slots__ = (
        "capacity",
        "checkpoints",
        "due",
        "heap",
        "older",
        "parked",
        "resting",
        "stale",
        "trails",
        "younger",
    )

    def __init__(self, capacity: int = 20_000) -> None:
        self.capacity = capacity
        self.resting: dict[str, bytes] = {}
        self.younger: dict[str, Account] = {}
        self.older: dict[str, Account] = {}
        self.due: dict[str, int] = {}
        self.heap: list[tuple[int, str]] = []
        """May hold what is no longer so; `due` decides."""
        self.parked: dict[str, int] = {}
        """How many inputs wait in an account, where any do."""
        self.trails: dict[str, Trail] = {}
        self.checkpoints: dict[tuple[int, str], bytes] = {}
        self.stale: set[str] = set()
        """Decoded accounts that went on since their bytes were made."""

    def open(self, name: str) -> Account:
        """The account, decoded; a new one if it was never seen."""
        account = self.younger.get(name)
        if account is not None:
            return account
        account = self.older.pop(name, None)
        if account is None:
            resting = self.resting.get(name)
            account = Account(name) if resting is None else wake(resting)
        self.hold(name, account)
        return account

    def hold(self, name: str, account: Account) -> None:
        """Keep the account decoded for a while."""
        self.older.pop(name, None)
        if len(self.younger) >= self.capacity:
            for gone in self.stale.intersection(self.older):
                self.rest(gone)
            self.older = self.younger
            self.younger = {}
        self.younger[name] = account

    def rest(self, name: str) -> bytes:
        """The account's bytes as it is now, kept from now on."""
        if name in self.stale:
            self.stale.discard(name)
            account = self.younger.get(name)
            self.resting[name] = rest(self.older[name] if account is None else account)
        return self.resting[name]

    def keep(self, name: str) -> None:
        """Make the account's bytes, if it went on since: what is done to it can be dropped."""
        if name in self.stale:
            self.rest(name)

    def drop(self, name: str) -> None:
        """Forget the account as it is now: it is what its bytes say."""
        self.younger.pop(name, None)
        self.older.pop(name, None)

    def __len__(self) -> int:
        """How many accounts there are."""
        return len(self.resting.keys() | self.stale)

    def mark_due(self, name: str, instant: int | None) -> None:
        """Note when the account is next due."""
        if instant is None:
            self.due.pop(name, None)
        elif self.due.get(name) != instant:
            self.due[name] = instant
            heappush(self.heap, (instant, name))

    def mark_parked(self, name: str, count: int) -> None:
        """Note how many inputs wait in the account."""
        if count:
            self.parked[name] = count
        else:
            self.parked.pop(name, None)

    def first_due(self) -> tuple[int, str] | None:
        """The account that is due first; ties go by the account's id."""
        heap = self.heap
        while heap:
            instant, name = heap[0]
            if self.due.get(name) == instant:
                return heap[0]
            heappop(heap)
        return None

    def checkpoint(self, name: str) -> Account:
        """The account's older checkpoint, decoded anew."""
        trail = self.trails.get(name)
        kept = self.checkpoints.get((0 if trail is None else trail.older, name), EMPTY)
        return wake(kept) if kept else Account(name)

    def restore(self, name: str, value: bytes | None, headers: Headers) -> None:
        """Take an account's snapshot as it was written. Decodes nothing but its headers."""
        if value is None:
            self.resting.pop(name, None)
            self.trails.pop(name, None)
            self.due.pop(name, None)
            self.parked.pop(name, None)
            return
        self.resting[name] = value
        due, parked = None, 0
        for header, content in headers:
            if header == DUE:
                due = int(content)
            elif header == TRAIL:
                self.trails[name] = TRAIL_DECODER.decode(content)
            elif header == PARKED:
                parked = int(content)
        self.mark_due(name, due)
        self.mark_parked(name, parked)
