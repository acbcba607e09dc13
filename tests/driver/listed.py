"""A reader of topics that are lists: what the checker reads of Kafka, without a broker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.runtime.reading import Reader, Span

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Sequence

    from processors.partition import Fetched
    from processors.topology import Topology


class Listed(Reader):
    """Reads a topology. `spans` is asked for more than once: meanwhile it may grow."""

    def __init__(self, topology: Topology) -> None:
        self.topology = topology
        self.counts = {topic: len(logs) for topic, logs in topology.logs.items()}

    async def spans(self, logs: Iterable[tuple[str, int]]) -> list[Span]:
        """All that lies there now."""
        held = self.topology.logs
        return [Span(topic, number, 0, len(held[topic][number].records)) for topic, number in logs]

    async def read(self, spans: Sequence[Span]) -> AsyncIterator[list[Fetched]]:
        """One span after the other, a few records at a time."""
        for span in spans:
            log = self.topology.logs[span.topic][span.partition]
            found = [one for one in log.read(span.start) if one.offset < span.end]
            for place in range(0, len(found), 7):
                yield found[place : place + 7]
            yield []


class Growing(Listed):
    """Grows whenever somebody asks how far it goes, for so many times."""

    def __init__(self, topology: Topology, times: int) -> None:
        super().__init__(topology)
        self.times = times

    async def spans(self, logs: Iterable[tuple[str, int]]) -> list[Span]:
        """All that lies there now; then there is more."""
        found = await super().spans(logs)
        if self.times:
            self.times -= 1
            for number in range(self.topology.count):
                self.topology.run(number)
        return found
