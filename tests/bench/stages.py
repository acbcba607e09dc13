"""CPU time of each stage of the fold, measured without a broker."""

from __future__ import annotations

import gc
import time
from typing import TYPE_CHECKING, NamedTuple

from aiokafka.producer.message_accumulator import BatchBuilder

from processors.engine import engine_of
from processors.partition import Partition
from processors.programs.load import load
from processors.runtime.app import COLLECTOR
from processors.runtime.writer import BATCH_BYTES, put
from schemas.intake import read
from tests.bench.load import purchases

if TYPE_CHECKING:
    from collections.abc import Callable

    from processors.accounts.account import Account
    from processors.inputs import History, Input, NeedsHistory, Step
    from processors.partition import Batch
    from processors.programs.compiled import Program

    StepFunction = Callable[[Account, Input, Program, History | None], Step | NeedsHistory]

MICRO = 1_000_000


class Stages(NamedTuple):
    """Microseconds of CPU per event. `append` is building the producer's batches."""

    decode: float
    decide: float
    encode: float
    append: float

    @property
    def total(self) -> float:
        """All four."""
        return self.decode + self.decide + self.encode + self.append


def measure(events: int = 20_000, run: int = 2_000) -> Stages:
    """Fold purchases in runs, and time reading, deciding, and all that is written about them."""
    records = [
        record._replace(offset=offset)
        for offset, record in enumerate(purchases("purchases", events, 1))
    ]
    clock = time.process_time
    began = clock()
    for record in records:
        read(record.value, record.headers)
    decode = clock() - began
    gc.set_threshold(*COLLECTOR)
    spent = _Spent()
    engine = engine_of(load("starter"), 1)
    partition = Partition(engine._replace(step=spent.timing(engine.step)), 0, 1)
    whole = append = 0.0
    for first in range(0, len(records), run):
        began = clock()
        batch = partition.fold(records[first : first + run])
        folded = clock()
        build(batch)
        whole, append = whole + folded - began, append + clock() - folded
    per = MICRO / events
    encode = max(0.0, whole - decode - spent.seconds)
    return Stages(decode * per, spent.seconds * per, encode * per, append * per)


def build(batch: Batch) -> None:
    """Build what the worker's producer would send."""
    for outgoing in batch.outgoing.values():
        builder = BatchBuilder(BATCH_BYTES, 0, is_transactional=1)
        for record in outgoing:
            put(builder, record)


class _Spent:
    """Time spent within one function. The clock itself costs a tenth of a microsecond a call."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def timing(self, step: StepFunction) -> StepFunction:
        """The same function, timed."""
        clock = time.process_time

        def timed(
            account: Account, item: Input, program: Program, history: History | None
        ) -> Step | NeedsHistory:
            began = clock()
            answer = step(account, item, program, history)
            self.seconds += clock() - began
            return answer

        return timed
