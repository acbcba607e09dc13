"""The transaction coordinator, as it answers the requests of version 0 that aiokafka sends.

A commit is answered once it is decided; the markers reach the partitions one after the other. A
request bears no number of its transaction, so a late one ends whichever is open: the epoch changes
only when a producer is initialised, or when a transaction is aborted for being too old.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from aiokafka import errors

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulator.log import Log
    from tests.simulator.loop import Loop

MARKER_SECONDS = 0.004
OLD_SECONDS = 2.0
"""How often transactions are looked at for being too old."""
OK = 0
UNKNOWN = errors.InvalidProducerIdMapping.errno
FENCED = errors.InvalidProducerEpoch.errno
BUSY = errors.ConcurrentTransactions.errno
WRONG = errors.InvalidTxnState.errno
Place = tuple[str, int]


class Transactional:
    """What is known of one transactional id."""

    def __init__(self, pid: int, timeout_seconds: float) -> None:
        self.pid = pid
        self.epoch = 0
        self.timeout_seconds = timeout_seconds
        self.state = "empty"
        """`empty`, `ongoing`, `committing`, `aborting`, `committed` or `aborted`."""
        self.places: dict[Place, None] = {}
        self.groups: dict[str, dict[Place, int]] = {}
        """Offsets to be committed with it, by group."""
        self.began = 0.0


class Coordinator:
    """All transactional ids of a cluster."""

    def __init__(
        self,
        loop: Loop,
        log: Callable[[Place], Log],
        settle: Callable[[str, dict[Place, int]], None],
        led: Callable[[Place], bool],
        news: Callable[[], None],
    ) -> None:
        self.loop = loop
        self.log = log
        self.led = led
        """Whether a partition has a leader now."""
        self.news = news
        self.settle = settle
        """Commits offsets of a group."""
        self.known: dict[str, Transactional] = {}
        self.pids = 1000
        self.aborted_for_age = 0

    def init(self, name: str | None, timeout_ms: int) -> tuple[int, int, int]:
        """InitProducerId: error code, producer id, epoch. Fences whoever had the id before."""
        if name is None:
            self.pids += 1
            return OK, self.pids, 0
        entry = self.known.get(name)
        if entry is None:
            self.pids += 1
            entry = self.known[name] = Transactional(self.pids, timeout_ms / 1000)
            return OK, entry.pid, entry.epoch
        if entry.state in {"committing", "aborting"}:
            return BUSY, -1, -1
        if entry.state == "ongoing":
            entry.epoch += 1
            self._end(entry, commit=False)
            return BUSY, -1, -1
        entry.epoch += 1
        entry.timeout_seconds = timeout_ms / 1000
        entry.state = "empty"
        return OK, entry.pid, entry.epoch

    def _entry(self, name: str, pid: int, epoch: int) -> tuple[int, Transactional | None]:
        entry = self.known.get(name)
        if entry is None or entry.pid != pid:
            return UNKNOWN, None
        if entry.epoch != epoch:
            return FENCED, None
        return OK, entry

    def add(self, name: str, pid: int, epoch: int, places: list[Place]) -> int:
        """AddPartitionsToTxn: error code."""
        code, entry = self._entry(name, pid, epoch)
        if entry is None:
            return code
        if entry.state in {"committing", "aborting"}:
            return BUSY
        self._begin(entry)
        entry.places.update(dict.fromkeys(places))
        return OK

    def add_group(self, name: str, pid: int, epoch: int, group: str) -> int:
        """AddOffsetsToTxn: error code."""
        code, entry = self._entry(name, pid, epoch)
        if entry is None:
            return code
        if entry.state in {"committing", "aborting"}:
            return BUSY
        self._begin(entry)
        entry.groups.setdefault(group, {})
        return OK

    def offsets(self, name: str, pid: int, epoch: int, group: str, at: dict[Place, int]) -> int:
        """TxnOffsetCommit: error code."""
        code, entry = self._entry(name, pid, epoch)
        if entry is None:
            return code
        if group in entry.groups:
            entry.groups[group].update(at)
        return OK

    def _begin(self, entry: Transactional) -> None:
        if entry.state != "ongoing":
            entry.state = "ongoing"
            entry.began = self.loop.now

    def end(self, name: str, pid: int, epoch: int, *, commit: bool) -> int:
        """EndTxn: error code. It ends what is open, whoever it was meant for."""
        code, entry = self._entry(name, pid, epoch)
        if entry is None:
            return code
        if entry.state == "ongoing":
            self._end(entry, commit=commit)
            return OK
        if entry.state in {"committing", "aborting"}:
            return BUSY if commit == (entry.state == "committing") else WRONG
        if entry.state in {"committed", "aborted"}:
            return OK if commit == (entry.state == "committed") else WRONG
        return WRONG

    def may_write(self, pid: int, epoch: int, place: Place) -> int:
        """Whether a producer has this place in an open transaction: error code."""
        for entry in self.known.values():
            if entry.pid == pid:
                if entry.epoch != epoch:
                    return FENCED
                return OK if entry.state == "ongoing" and place in entry.places else WRONG
        return UNKNOWN

    def _end(self, entry: Transactional, *, commit: bool) -> None:
        entry.state = "committing" if commit else "aborting"
        self._mark_later(entry, list(entry.places), commit=commit)

    def _mark_later(self, entry: Transactional, left: list[Place], *, commit: bool) -> None:
        delay = self.loop.chance.random() * MARKER_SECONDS
        self.loop.deliver_in(delay, partial(self._mark, entry, left, commit=commit))

    def _mark(self, entry: Transactional, left: list[Place], *, commit: bool) -> None:
        """One marker after the other; one without a leader is waited for."""
        if left:
            if self.led(left[0]):
                now_ms = int((self.loop.epoch + self.loop.now) * 1000)
                log = self.log(left.pop(0))
                log.mark(entry.pid, entry.epoch, now_ms, commit=commit)
                self.news()
            self._mark_later(entry, left, commit=commit)
            return
        for group, at in entry.groups.items():
            if commit:
                self.settle(group, at)
        entry.groups.clear()
        entry.places.clear()
        entry.state = "committed" if commit else "aborted"

    async def watch(self) -> None:
        """Abort what is open for too long, and fence its producer."""
        while True:
            await asyncio.sleep(OLD_SECONDS)
            for entry in self.known.values():
                age = self.loop.now - entry.began
                if entry.state == "ongoing" and age > entry.timeout_seconds:
                    entry.epoch += 1
                    self.aborted_for_age += 1
                    self._end(entry, commit=False)

    @property
    def settled(self) -> bool:
        """True if no transaction is between its decision and its last marker."""
        return all(entry.state not in {"committing", "aborting"} for entry in self.known.values())
