"""The records of one partition that were fetched and not yet folded, in one order.

Merged by timestamp, then topic, then offset. The merge waits while a topic is known to hold
records that are not here yet, so the order does not depend on which topic answers first: the rule
of Kafka Streams (KIP-695).
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.partition import Fetched


class Waiting:
    """What waits in one partition. `ends` are the first offsets not known to exist, by topic."""

    __slots__ = ("buffers", "ends", "positions", "size", "weights")

    def __init__(self, positions: dict[str, int], ends: dict[str, int]) -> None:
        self.buffers: dict[str, deque[Fetched]] = {topic: deque() for topic in sorted(positions)}
        self.positions = positions
        """Next offset to be fetched, by topic; what lies before it is here or folded."""
        self.ends = ends
        self.size = 0
        self.weights = dict.fromkeys(self.buffers, 0)
        """Bytes of the values that wait, by topic."""

    def take_in(
        self, topic: str, base: int, position: int, end: int, records: Sequence[Fetched]
    ) -> None:
        """Take what was read of one topic from `base` up to `position`, if we stand at `base`.

        `end` is the first offset not known to exist.
        """
        if base != self.positions[topic]:
            return
        self.buffers[topic].extend(records)
        self.size += len(records)
        self.weights[topic] += sum(map(_weight, records))
        self.positions[topic] = position
        self.ends[topic] = max(self.ends[topic], end)

    def missing(self) -> list[str]:
        """Topics that hold records which are not here: the merge must wait for them."""
        return [
            topic
            for topic, buffer in self.buffers.items()
            if not buffer and self.positions[topic] < self.ends[topic]
        ]

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
                if self.positions[record.topic] < self.ends[record.topic]:
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
