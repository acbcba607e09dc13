"""Which partitions with work were announced to the agent, and which of these it heard."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Announcements:
    """An announcement stands from its making until the agent has drained the partition."""

    def __init__(self) -> None:
        self.made: set[int] = set()
        self.heard: set[int] = set()
        self._silent: set[int] = set()
        """Partitions that stood announced at the last tick, and were not heard."""
        self._count = 0

    def number(self) -> int:
        """A number that grows: Faust takes it for an offset."""
        self._count += 1
        return self._count

    def make(self, partitions: Iterable[int]) -> list[int]:
        """Those of the partitions that are not announced yet; from now on they are."""
        fresh = [partition for partition in partitions if partition not in self.made]
        self.made.update(fresh)
        return fresh

    def hear(self, partition: int) -> None:
        """The agent is at it."""
        self.heard.add(partition)

    def spend(self, partition: int) -> None:
        """The agent is done with it."""
        self.heard.discard(partition)
        self.made.discard(partition)

    def withdraw(self, partitions: Iterable[int]) -> None:
        """They are not ours any more, or are so anew."""
        self.made.difference_update(partitions)

    def drop_unheard(self) -> None:
        """After a rebalance: Faust drops the messages of before."""
        self.made &= self.heard

    def forget_unheard(self) -> None:
        """At a tick: make again what nobody heard since the last one; it was lost on its way."""
        silent = self.made - self.heard
        self.made -= silent & self._silent
        self._silent = silent
