"""How fast a side folds what is preloaded, and what that costs.

A process is measured from its start to its last commit, once with few events and once with many:
what lies between the two is what the events cost. A start within one run would not do, because
both sides fetch and parse far ahead of what is committed.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

import psutil

from processors.runtime import admin
from tests.bench.load import preload, purchases
from tests.bench.sides import PARTITIONS, Side, cpu_of, settings_for

if TYPE_CHECKING:
    from pathlib import Path

    from processors.runtime.broker.node import Broker

WARM_UP = 4_000
"""Events of the run that is taken off."""


class Throughput(NamedTuple):
    """What one side did with a preloaded input."""

    events_per_second: float
    cpu_us: float
    """CPU microseconds per event, which is CPU seconds per million events."""
    broker_cpu_us: float
    outputs: float
    """Records written per event."""
    peak_mib: float


class _Whole(NamedTuple):
    """One process from its start to its last commit."""

    seconds: float
    cpu: float
    broker_cpu: float
    outputs: int
    peak_mib: float


async def throughput(side: str, broker: Broker, prefix: str, events: int, log: Path) -> Throughput:
    """What `events` more than a warm-up's take."""
    few = await _whole(side, broker, f"{prefix}few.", WARM_UP, log)
    many = await _whole(side, broker, f"{prefix}many.", WARM_UP + events, log)
    scale = 1_000_000 / events
    return Throughput(
        events / (many.seconds - few.seconds),
        (many.cpu - few.cpu) * scale,
        (many.broker_cpu - few.broker_cpu) * scale,
        (many.outputs - few.outputs) / events,
        many.peak_mib,
    )


async def _whole(side: str, broker: Broker, prefix: str, events: int, log: Path) -> _Whole:
    settings = settings_for(broker.address, prefix)
    await admin.apply(settings)
    topic = settings.names.of("purchases")
    await preload(settings, purchases(topic, events, PARTITIONS))
    kafka = psutil.Process(broker.pid)
    began, broker_cpu = time.monotonic(), cpu_of(kafka)
    running = Side(side, settings, log)
    try:
        await running.until(events)
        spent, cpu = time.monotonic() - began, running.cpu()
        kafka_cpu = cpu_of(kafka) - broker_cpu
        return _Whole(spent, cpu, kafka_cpu, await running.outputs(), running.peak / 2**20)
    finally:
        running.stop()
