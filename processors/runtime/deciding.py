"""`ledger decide`: the inputs in Kafka decided again, and compared with the ledger.

Reads the topics as they are, with no worker's state, and writes nothing.
"""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, NamedTuple

from processors.partition import Broken, Undecidable
from processors.runtime.engine import engine_by
from processors.runtime.history import Histories
from processors.runtime.reading import reader
from processors.verify.deciding import Deciding, otherwise
from schemas.chain import Chain
from schemas.upcasts import read_record

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from processors.partition import Fetched
    from processors.programs.compiled import Program
    from processors.runtime.reading import Reader, Span
    from processors.runtime.settings import Settings

MOST_SHOWN = 20


class Difference(NamedTuple):
    """A ledger record that comes out another way."""

    partition: int
    offset: int
    fields: tuple[str, ...]


class Decided(NamedTuple):
    """The result."""

    records: int
    gone: int
    """Records whose inputs are not kept any more: they were believed."""
    different: int
    differences: tuple[Difference, ...]
    """The first of them."""


class Inputs:
    """The input topics of one partition, each read on as far as it is asked for."""

    def __init__(self, stack: AsyncExitStack, servers: str) -> None:
        self.stack = stack
        self.servers = servers
        self.streams: dict[str, AsyncIterator[Fetched]] = {}
        self.ahead: dict[str, Fetched | None] = {}

    async def at(self, topic: str, number: int, offset: int) -> Fetched | None:
        """The record at an offset; offsets are asked for in order. None: it is gone."""
        if topic not in self.streams:
            source = await self.stack.enter_async_context(reader(self.servers))
            (span,) = await source.spans([(topic, number)])
            self.streams[topic] = _one_by_one(source, span)
            self.ahead[topic] = await anext(self.streams[topic], None)
        while (found := self.ahead[topic]) is not None and found.offset < offset:
            self.ahead[topic] = await anext(self.streams[topic], None)
        return found if found is not None and found.offset == offset else None


async def _one_by_one(source: Reader, span: Span) -> AsyncIterator[Fetched]:
    async for records in source.read([span]):
        for record in records:
            yield record


class Redecision:
    """Decides all partitions again, one after the other."""

    def __init__(
        self, settings: Settings, program: Program, tell: Callable[[int, int], None]
    ) -> None:
        self.settings = settings
        self.engine = engine_by(settings, program)
        self.histories = Histories(settings)
        self.tell = tell
        self.records = self.gone = self.different = self.total = 0
        self.first: list[Difference] = []

    async def run(self) -> Decided:
        """Raises Fault where a topic cannot be read."""
        topic = self.settings.names.of("ledger")
        async with reader(self.settings.broker) as source:
            logs = [(topic, number) for number in range(source.count(topic))]
            spans = await source.spans(logs)
            self.total = sum(span.end - span.start for span in spans)
            for span in spans:
                await self._partition(source, span, len(spans))
        await self.histories.close()
        return Decided(self.records, self.gone, self.different, tuple(self.first))

    async def _partition(self, source: Reader, span: Span, count: int) -> None:
        chain, deciding = Chain(), Deciding(self.engine, span.partition, count)
        async with AsyncExitStack() as stack:
            inputs = Inputs(stack, self.settings.broker)
            async for records in source.read([span]):
                for record in records:
                    if chain.take(record.value):
                        await self._again(deciding, inputs, record)
                self.tell(self.records, self.total)

    async def _again(self, deciding: Deciding, inputs: Inputs, written: Fetched) -> None:
        value = written.value or b""
        record = read_record(value)
        self.records += 1
        at = record.source
        source = None if at is None else await inputs.at(at.topic, at.partition, at.offset)
        if at is not None and source is None:
            self.gone += 1
            deciding.believe(written.offset, value)
            return
        try:
            again = deciding.again(written.offset, record, source)
            while again.wanted:
                read = await self.histories.read(written.partition, again.wanted)
                again = deciding.again(written.offset, record, source, read)
            fields = otherwise(value, again.values)
        except (Broken, Undecidable) as broken:
            fields = (str(broken),)
        if fields:
            self.different += 1
            if len(self.first) < MOST_SHOWN:
                self.first.append(Difference(written.partition, written.offset, fields))
