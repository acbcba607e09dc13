"""Worker processes and what they wrote, for tests on a real broker."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from aiokafka import AIOKafkaProducer

from processors.partition.records import Fetched
from processors.routing import partition_of
from processors.runtime import admin
from processors.runtime.reading import reader
from processors.runtime.settings import Settings
from schemas.chain import Chain
from schemas.ledger import DECODER, LedgerRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

PARTITIONS = 4
SESSION_SECONDS = 4.0
PATIENCE_SECONDS = 60.0
PURCHASE = "commerce.purchase.completed.v1"
START = 1_772_359_200_000
"""2026-03-01T10:00:00Z, in milliseconds."""


class Deployment:
    """One book on one broker: its settings, its topics, its workers."""

    def __init__(self, broker: str, prefix: str, home: Path, partitions: int = PARTITIONS) -> None:
        self.home = home
        self.workers: list[subprocess.Popen[bytes]] = []
        self.settings = Settings(
            broker=broker,
            input_prefix=prefix,
            output_prefix=prefix,
            partitions=partitions,
            clock="stream",
            session_timeout_seconds=SESSION_SECONDS,
            web_port=0,
        )
        asyncio.run(admin.apply(self.settings))

    def environment(self, **more: str) -> dict[str, str]:
        """What a worker of this deployment is started with."""
        settings = self.settings
        return os.environ | {
            "LOYALTY_BROKER": settings.broker,
            "LOYALTY_INPUT_PREFIX": settings.input_prefix,
            "LOYALTY_OUTPUT_PREFIX": settings.output_prefix,
            "LOYALTY_PARTITIONS": str(settings.partitions),
            "LOYALTY_CLOCK": settings.clock,
            "LOYALTY_SESSION_TIMEOUT_SECONDS": str(settings.session_timeout_seconds),
            "LOYALTY_WEB_PORT": "0",
            **more,
        }

    def start(self, **more: str) -> subprocess.Popen[bytes]:
        """Start one more worker."""
        log = self.home / f"worker-{len(self.workers)}.log"
        command = [sys.executable, "-m", "processors.runtime.cli", "worker"]
        with log.open("wb") as file:
            process = subprocess.Popen(  # noqa: S603 - our own command
                command, cwd=self.home, env=self.environment(**more), stdout=file, stderr=file
            )
        self.workers.append(process)
        return process

    def said(self, process: subprocess.Popen[bytes]) -> str:
        """All that a worker wrote."""
        return (self.home / f"worker-{self.workers.index(process)}.log").read_text("utf-8")

    def log(self, process: subprocess.Popen[bytes]) -> list[dict[str, Any]]:
        """The lines that a worker logged."""
        lines = self.said(process).splitlines(keepends=True)
        return [json.loads(line) for line in lines if line.startswith("{") and line[-1] == "\n"]

    def stop(self) -> None:
        """End every worker that still runs."""
        for process in self.workers:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
                process.wait()

    def send(self, records: Sequence[Fetched]) -> None:
        """Append input records as they are, in their order."""
        asyncio.run(_send(self.settings, records))

    def ledger(self, role: str = "ledger") -> dict[int, list[Fetched]]:
        """A topic as a read_committed reader sees it, by partition."""
        return asyncio.run(_read(self.settings, role))

    def decided(self) -> list[LedgerRecord]:
        """Every accepted ledger record, partition by partition; sequences and hashes hold."""
        found: list[LedgerRecord] = []
        for records in self.ledger().values():
            chain = Chain()
            for fetched in records:
                assert fetched.value is not None
                record = DECODER.decode(fetched.value)
                assert chain.accept(record.seq, record.prev, fetched.value), "a foreign record"
                found.append(record)
        return found

    def sources(self) -> list[tuple[str, int, int]]:
        """Topic, partition and offset of every input that has a ledger record."""
        return [
            (record.source.topic, record.source.partition, record.source.offset)
            for record in self.decided()
            if record.source is not None
        ]

    def wait_for(self, inputs: int) -> None:
        """Wait until so many inputs have a ledger record. Transfers come on top."""
        topic = self.settings.names.of("transfers")
        eventually(lambda: sum(source[0] != topic for source in self.sources()) >= inputs)


def every_input_once(deployment: Deployment, inputs: int) -> None:
    """Each input has exactly one ledger record, and what is committed chains without a gap."""
    sources = deployment.sources()
    assert len(sources) == len(set(sources)) == inputs


@contextmanager
def deployed(
    broker: str, prefix: str, home: Path, partitions: int = PARTITIONS
) -> Iterator[Deployment]:
    """A deployment whose workers are ended, whatever happens."""
    deployment = Deployment(broker, prefix, home, partitions)
    try:
        yield deployment
    finally:
        deployment.stop()


def eventually(holds: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until something holds, within bounds."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"it did not come to hold within {seconds:.0f} s"
        time.sleep(0.2)


def purchases(settings: Settings, many: int, members: int = 200, first: int = 0) -> list[Fetched]:
    """Purchases of 10.00 each by members in turn, one second of business time apart."""
    topic = settings.names.of("purchases")
    return [
        event(
            settings,
            topic,
            f"m{number % members}",
            PURCHASE,
            f"e{number}",
            START + number * 1000,
            {
                "order_id": f"O{number}",
                "currency": "USD",
                "lines": [{"line_id": "L1", "sku": "A", "amount_minor": 1000}],
            },
        )
        for number in range(first, first + many)
    ]


def event(
    settings: Settings,
    topic: str,
    subject: str,
    kind: str,
    name: str,
    timestamp: int,
    data: dict[str, Any],
) -> Fetched:
    """A structured event, stamped with its own time."""
    seconds, rest = divmod(timestamp, 1000)
    time_text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{rest:03d}Z"
    body = {
        "specversion": "1.0",
        "id": name,
        "source": "shop",
        "type": kind,
        "time": time_text,
        "subject": subject,
        "data": data,
    }
    headers = (("content-type", b"application/cloudevents+json"),)
    partition = partition_of(subject, settings.partitions)
    value = json.dumps(body).encode()
    return Fetched(topic, partition, -1, timestamp, subject.encode(), value, headers)


async def _send(settings: Settings, records: Sequence[Fetched]) -> None:
    producer = AIOKafkaProducer(
        bootstrap_servers=settings.broker, acks="all", linger_ms=5, enable_idempotence=True
    )
    await producer.start()
    try:
        sends = [
            await producer.send(
                record.topic,
                record.value,
                key=record.key,
                partition=record.partition,
                timestamp_ms=record.timestamp,
                headers=list(record.headers),
            )
            for record in records
        ]
        await asyncio.gather(*sends)
    finally:
        await producer.stop()


async def _read(settings: Settings, role: str) -> dict[int, list[Fetched]]:
    found: dict[int, list[Fetched]] = {number: [] for number in range(settings.partitions)}
    topic = settings.names.of(role)
    async with reader(settings.broker) as read:
        spans = await read.spans([(topic, number) for number in found])
        async for records in read.read(spans):
            for record in records:
                found[record.partition].append(record)
    return found
