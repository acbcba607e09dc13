"""The records of one partition that were fetched and not yet folded, in one order.

Merged by timestamp, then topic, then offset. The merge waits while a topic is known to hold
records that are not here yet, so the order does not depend on which topic answers first: the rule
of Kafka Streams (KIP-695). Beyond it, what is known of a topic must be about as new as the newest
that is known of any: else a process that slept, or a broker that is slow, would turn them over.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from processors.partition import Fetched
    from processors.runtime.thread import Fetch

FRESH_SECONDS = 0.25
"""Longer than the client lets a broker alone while it holds records that nobody took."""
PATIENCE_SECONDS = 10.0
"""A topic that is not heard of for so long is not waited for: its broker may be away."""
STEP_SECONDS = 1.0
"""So much counts of the time between two answers: in more we may have slept ourselves."""


class Waiting:
    """What waits in one partition. `ends` are the first offsets not known to exist, by topic."""

    __slots__ = ("buffers", "ends", "heard", "newest", "positions", "size", "waited", "weights")

    def __init__(self, positions: dict[str, int], ends: dict[str, int]) -> None:
        self.buffers: dict[str, deque[Fetched]] = {topic: deque() for topic in sorted(positions)}
        self.positions = positions
        """Next offset to be fetched, by topic; what lies before it is here or folded."""
        self.ends = ends
        self.heard = dict.fromkeys(self.buffers, 0.0)
        """As of when each topic is known."""
        self.newest = 0.0
        """As of when the topic is known that is known best."""
        self.waited = 0.0
        """For how long others have been heard of since a topic was found to be known less well."""
        self.size = 0
        self.weights = dict.fromkeys(self.buffers, 0)
        """Bytes of the values that wait, by topic."""

    def take_in(self, topic: str, fetch: Fetch) -> None:
        """Take what was read of one topic, if it begins where we stand."""
        if fetch.base != self.positions[topic]:
            return
        self.buffers[topic].extend(fetch.records)
        self.size += len(fetch.records)
        self.weights[topic] += sum(map(_weight, fetch.records))
        self.positions[topic] = fetch.position
        self.ends[topic] = max(self.ends[topic], fetch.end)
        self.heard[topic] = max(self.heard[topic], fetch.heard)

    def missing(self) -> list[str]:
        """Topics that hold records which are not here, or may: the merge must wait for them."""
        before, self.newest = self.newest, max(self.heard.values(), default=0.0)
        empty = [topic for topic, buffer in self.buffers.items() if not buffer]
        silent = [topic for topic in empty if self._silent(topic, self.newest)]
        self.waited += min(self.newest - before, STEP_SECONDS) if silent else -self.waited
        if self.waited > PATIENCE_SECONDS:
            silent = []
        return [t for t in empty if self.positions[t] < self.ends[t] or t in silent]

    def _silent(self, topic: str, newest: float) -> bool:
        return self.heard[topic] + FRESH_SECONDS < newest

    def full(self, records: int, weight: int) -> list[str]:
        """Topics of which so many records wait, or so many bytes."""
        return [
            topic
            for topic, buffer in self.buffers.items()
            if len(buffer) >= records or self.weights[topic] >= weight
        ]

    def take(self, most: int, heaviest: int) -> list[Fetched]:
        """The next run, in which nothing comes too early: at most so many records.

        The one with which it reaches `heaviest` bytes is its last.
        """
        run: list[Fetched] = []
        weight = 0
        if self.missing():
            return run
        live = [buffer for buffer in self.buffers.values() if buffer]
        while live and len(run) < most and weight < heaviest:
            buffer = live[0]
            if len(live) > 1:
                buffer = min(live, key=_first)
            record = buffer.popleft()
            run.append(record)
            weight += (added := _weight(record))
            self.weights[record.topic] -= added
            if not buffer:
                live = [other for other in live if other]
                if record.topic in self.missing():
                    break
        self.size -= len(run)
        return run

    def oldest(self) -> int | None:
        """The timestamp of the oldest record that waits, in milliseconds."""
        return min(
            (buffer[0].timestamp for buffer in self.buffers.values() if buffer), default=None
        )


def _weight(record: Fetched) -> int:
    return len(record.value or b"")


def _first(buffer: deque[Fetched]) -> tuple[int, str, int]:
    record = buffer[0]
    return record.timestamp, record.topic, record.offset
