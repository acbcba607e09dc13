"""CPU time of each stage of a worker's work on an event, measured without a broker."""

from __future__ import annotations

import gc
import time
from typing import TYPE_CHECKING, Any, NamedTuple, ParamSpec, TypeVar

from aiokafka import TopicPartition
from aiokafka.consumer.fetcher import READ_COMMITTED, PartitionRecords
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.record.memory_records import MemoryRecords

from processors.engine import engine_of
from processors.partition import Partition
from processors.programs.load import load
from processors.runtime import transport
from processors.runtime.app import COLLECTOR
from processors.runtime.merge import Waiting
from processors.runtime.thread import Fetch
from processors.runtime.writer import BATCH_BYTES, put
from tests.bench.load import purchases
from tests.bench.load import put as load_put
from tests.bench.sides import PARTITIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from processors.partition import Fetched

P = ParamSpec("P")
R = TypeVar("R")
MICRO = 1_000_000


class Stages(NamedTuple):
    """Microseconds of CPU per event.

    `fetch` is from a response's bytes to the run that is folded, `append` is from the fold's batch
    to a request's bytes.
    """

    fetch: float
    decode: float
    decide: float
    encode: float
    append: float


def measure(events: int = 100_000, run: int = 2_000) -> Stages:
    """Fold purchases of several partitions in turn, and time each stage."""
    logs: list[list[Fetched]] = [[] for _ in range(PARTITIONS)]
    for record in purchases("purchases", events, PARTITIONS):
        log = logs[record.partition]
        log.append(record._replace(offset=len(log)))
    gc.set_threshold(*COLLECTOR)
    spent = _Spent()
    engine = engine_of(load("starter"), PARTITIONS)
    timed = engine._replace(
        read=spent.timing("decode", engine.read), step=spent.timing("decide", engine.step)
    )
    partitions = [Partition(timed, number, PARTITIONS) for number in range(PARTITIONS)]
    for first in range(0, max(map(len, logs)), run):
        for partition in partitions:
            if records := logs[partition.number][first : first + run]:
                spent.timing("fetch", fetched)(built(records, load_put), records[0])
                batch = spent.timing("fold", partition.fold)(records)
                for outgoing in batch.outgoing.values():
                    spent.timing("append", built)(outgoing, put)
    per = {name: seconds / events * MICRO for name, seconds in spent.seconds.items()}
    encode = per["fold"] - per["decode"] - per["decide"]
    return Stages(per["fetch"], per["decode"], per["decide"], encode, per["append"])


def built(records: Sequence[R], put: Callable[[Any, R], bool]) -> bytes:
    """The bytes of a batch as the worker's producer makes them."""
    builder = BatchBuilder(BATCH_BYTES * 4, 0, is_transactional=1)
    for record in records:
        put(builder, record)
    builder.close()
    return bytes(builder._build())


def fetched(response: bytes, first: Fetched) -> list[Fetched]:
    """The run that the worker's consumer makes of a batch."""
    log = TopicPartition(first.topic, first.partition)
    parsed = PartitionRecords(log, MemoryRecords(response), [], 0, None, None, True, READ_COMMITTED)
    waiting = Waiting({log.topic: 0}, {log.topic: 0})
    records = [transport.fetched(record) for record in parsed]
    waiting.take_in(log.topic, Fetch(0, len(records), len(records), records, 0.0))
    return waiting.take(len(records), len(response))


class _Spent:
    """CPU time within functions. The clock itself costs a fifth of a microsecond a call."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def timing(self, name: str, function: Callable[P, R]) -> Callable[P, R]:
        """The same function, timed."""
        clock, seconds = time.process_time, self.seconds
        seconds.setdefault(name, 0.0)

        def timed(*args: P.args, **kwargs: P.kwargs) -> R:
            began = clock()
            answer = function(*args, **kwargs)
            seconds[name] += clock() - began
            return answer

        return timed
