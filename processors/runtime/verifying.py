"""`ledger verify`: reads everything back from Kafka and pushes it through the checker.

Starts from nothing: no worker, no state. The snapshots' end is taken first; the head found there
says up to which record of the ledger everything else must be in its place.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple

from processors.runtime.faults import Fault
from processors.runtime.reading import APPLY, Span
from processors.verify.whole import Topics, Verification

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from processors.partition.records import Fetched
    from processors.runtime.reading import Reader
    from processors.verify.partition import Outputs
    from processors.verify.sources import Gap
    from processors.verify.whole import Report

SETTLING_SECONDS = 0.25
"""A transaction's markers reach its partitions one after the other."""


class Ends(NamedTuple):
    """All that is to be read, by topic and partition, captured in the order of the docstring."""

    spans: dict[tuple[str, int], Span]

    def of(self, topic: str, number: int) -> Span:
        """One partition of one topic."""
        return self.spans[topic, number]

    @property
    def records(self) -> int:
        """Offsets in all, as the measure of progress."""
        return sum(span.end - span.start for span in self.spans.values())


class Verifier:
    """Drives one verification."""

    def __init__(
        self,
        reader: Reader,
        topics: Topics,
        outputs: Outputs,
        progress: Callable[[int, int], None] = lambda _done, _total: None,
    ) -> None:
        self.reader = reader
        self.topics = topics
        self.outputs = outputs
        self.progress = progress
        self.count = reader.count(topics.ledger)
        self.done = 0
        self.total = 0

    async def run(self) -> Report:
        """Read and check everything."""
        ends = await self._capture()
        self.total = ends.records
        begins = {log: span.start for log, span in ends.spans.items()}
        check = Verification(self.topics, self.count, self.outputs, begins)
        live = False
        for number in range(self.count):
            check.begin(number)
            await self._partition(check, ends, number)
            grown = await self._grown(ends, number)
            check.end(live=grown)
            live = live or grown
        return check.finish(live=live)

    async def _capture(self) -> Ends:
        topics = self.topics
        others = [*topics.outputs.values(), topics.transfers]
        for topic in (topics.snapshots, *others):
            if self.reader.count(topic) != self.count:
                what = f"{topic} has {self.reader.count(topic)} partitions, not {self.count}"
                raise Fault(f"{what} as {topics.ledger} has", APPLY)
        spans = await self._spans([topics.snapshots])
        await asyncio.sleep(SETTLING_SECONDS)
        spans += await self._spans(others)
        spans += await self._spans([topics.ledger])
        return Ends({(span.topic, span.partition): span for span in spans})

    async def _spans(self, topics: Iterable[str]) -> list[Span]:
        logs = [(topic, number) for topic in topics for number in range(self.count)]
        return await self.reader.spans(logs)

    async def _partition(self, check: Verification, ends: Ends, number: int) -> None:
        topics = self.topics
        async for records in self.reader.read([ends.of(topics.snapshots, number)]):
            for record in records:
                check.snapshot(record)
            self._advance(records)
        roles = {topic: role for role, topic in topics.outputs.items()}
        names = [topics.ledger, topics.transfers, *roles]
        async for records in self.reader.read([ends.of(name, number) for name in names]):
            _push(check, topics, roles, records)
            self._advance(records)
        await self._look_into(check, check.gaps())
        wanted = check.repeated()
        if wanted:
            async for records in self.reader.read([ends.of(topics.ledger, number)]):
                for record in records:
                    check.again(record, wanted)

    def _advance(self, records: list[Fetched]) -> None:
        self.done += len(records)
        self.progress(self.done, self.total)

    async def _look_into(self, check: Verification, gaps: list[Gap]) -> None:
        """Read the inputs where the ledger passed over offsets, as far as they are kept."""
        by_topic: dict[str, list[Gap]] = {}
        for gap in gaps:
            by_topic.setdefault(gap.topic, []).append(gap)
        for topic, some in by_topic.items():
            if topic not in self.reader.counts:
                continue  # an input that was retired; the head says how far it was read
            kept = (await self.reader.spans([(topic, some[0].partition)]))[0]
            start = max(kept.start, some[0].start)
            span = kept._replace(start=start, end=min(kept.end, some[-1].end))
            holes = iter(some)
            hole = next(holes)
            async for records in self.reader.read([span]):
                for record in records:
                    while record.offset >= hole.end:
                        hole = next(holes)
                    if record.offset >= hole.start:
                        check.lies(topic, record.offset)

    async def _grown(self, ends: Ends, number: int) -> bool:
        """True if the ledger went on meanwhile."""
        now = await self.reader.spans([(self.topics.ledger, number)])
        return now[0].end != ends.of(self.topics.ledger, number).end


def _push(
    check: Verification, topics: Topics, roles: dict[str, str], records: list[Fetched]
) -> None:
    if not records:
        return
    topic = records[0].topic
    if topic == topics.ledger:
        for record in records:
            check.ledger(record)
    elif topic == topics.transfers:
        for record in records:
            check.transfer(record)
    else:
        role = roles[topic]
        for record in records:
            check.output(role, record)
