"""The two sides of a measurement, each a process of its own: the worker, and the bare loop."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import psutil
from aiokafka import AIOKafkaConsumer, TopicPartition

from processors.partition.records import ROLES
from processors.runtime.reading import reader
from processors.runtime.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

PARTITIONS = 4
PATIENCE_SECONDS = 240
LOOK_SECONDS = 0.05
QUIET_SECONDS = 0.3
"""Nothing more is committed for so long: the last transaction is in."""


def settings_for(broker: str, prefix: str) -> Settings:
    """A deployment of its own on the broker."""
    return Settings(
        broker=broker,
        input_prefix=prefix,
        output_prefix=prefix,
        partitions=PARTITIONS,
        clock="stream",
        web_port=0,
    )


def command(side: str, settings: Settings) -> list[str]:
    """How to start a side."""
    if side == "bare":
        place = [settings.broker, settings.input_prefix, str(PARTITIONS)]
        return [sys.executable, "-m", "tests.bench.bare", *place]
    return [sys.executable, "-m", "processors.runtime.cli", "worker"]


def environment(settings: Settings) -> dict[str, str]:
    """What a side is started with."""
    return os.environ | {
        "LOYALTY_BROKER": settings.broker,
        "LOYALTY_INPUT_PREFIX": settings.input_prefix,
        "LOYALTY_OUTPUT_PREFIX": settings.output_prefix,
        "LOYALTY_PARTITIONS": str(PARTITIONS),
        "LOYALTY_CLOCK": "stream",
        "LOYALTY_WEB_PORT": "0",
    }


class Side:
    """A process under measurement."""

    def __init__(self, side: str, settings: Settings, log: Path, **more: str) -> None:
        self.settings = settings
        with log.open("ab") as file:
            self.popen = subprocess.Popen(  # noqa: S603 - our own command
                command(side, settings), env=environment(settings) | more, stdout=file, stderr=file
            )
        self.process = psutil.Process(self.popen.pid)
        self.peak = 0

    def cpu(self) -> float:
        """CPU seconds of all its threads since it was started."""
        self.peak = max(self.peak, self.process.memory_info().rss)
        return cpu_of(self.process)

    async def until(self, events: int) -> None:
        """Wait until so many ledger records are committed, and no more come."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        server = self.settings.broker
        consumer = AIOKafkaConsumer(bootstrap_servers=server, isolation_level="read_committed")
        await consumer.start()
        topic = self.settings.names.of("ledger")
        logs = [TopicPartition(topic, number) for number in range(PARTITIONS)]
        done, changed = -1, time.monotonic()
        try:
            while done < events or time.monotonic() - changed < QUIET_SECONDS:
                last, done = done, sum((await consumer.end_offsets(logs)).values())
                if done != last:
                    changed = time.monotonic()
                self.cpu()
                if time.monotonic() > deadline or self.popen.poll() is not None:
                    raise SystemExit(f"only {done} of {events} events were folded")
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            await consumer.stop()

    async def outputs(self) -> int:
        """Offsets taken by what was written: records, and few markers of transactions."""
        names = self.settings.names
        async with reader(self.settings.broker) as read:
            logs = [(names.of(role), number) for role in ROLES for number in range(PARTITIONS)]
            return sum(span.end for span in await read.spans(logs))

    def stop(self) -> None:
        """End it."""
        self.popen.kill()
        self.popen.wait()


def cpu_of(process: psutil.Process) -> float:
    """CPU seconds of a process since it was started."""
    times = process.cpu_times()
    return times.user + times.system
