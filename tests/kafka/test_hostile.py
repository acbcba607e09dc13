"""Records that the client, not the fold, could trip over: as Kafka allows, and as clients write."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiokafka import AIOKafkaProducer

from tests.driver.raw import NAME, batch
from tests.faults import fault
from tests.kafka.workers import START, deployed, purchases

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from processors.partition.records import Fetched
    from processors.runtime.settings import Settings

KIND = ("content-type", b"application/cloudevents+json")
CODECS = ("gzip", "snappy", "lz4", "zstd")
ODD: list[Sequence[tuple[str, bytes | None]]] = [
    [KIND, ("trace", None)],
    [KIND, (NAME.decode(), b"v")],
    [("content-type", None), ("ce_id", None), ("traceparent", None)],
]
"""Headers without a value, and with a name that is no text: neither is of any interest to us."""


async def compressed(settings: Settings, codec: str, record: Fetched) -> None:
    """Send a record as a producer does that compresses."""
    async with AIOKafkaProducer(
        bootstrap_servers=settings.broker, compression_type=codec
    ) as producer:
        await producer.send_and_wait(
            record.topic,
            record.value,
            key=record.key,
            partition=record.partition,
            timestamp_ms=record.timestamp,
            headers=list(record.headers),
        )


async def as_it_is(
    settings: Settings,
    record: Fetched,
    headers: Sequence[tuple[str, bytes | None]],
    key: bytes | None = b"k",
) -> None:
    """Send a record with headers that no well-meaning client writes."""
    async with AIOKafkaProducer(bootstrap_servers=settings.broker) as producer:
        made = batch([record.value], headers, START, key)
        await (await producer.send_batch(made, record.topic, partition=record.partition))


@fault("F43", checks="O1 L3")
def test_a_worker_reads_whatever_kafka_lets_in(kafka: str, prefix: str, tmp_path: Path) -> None:
    """Good events are decided however they came; one without anything is a dead letter."""
    with deployed(kafka, prefix, tmp_path, partitions=1) as book:
        sent = purchases(book.settings, len(CODECS) + len(ODD) + 2)
        for codec, record in zip(CODECS, sent, strict=False):
            asyncio.run(compressed(book.settings, codec, record))
        for headers, record in zip(ODD, sent[len(CODECS) :], strict=False):
            asyncio.run(as_it_is(book.settings, record, headers))
        empty = sent[-2]._replace(value=None)
        asyncio.run(as_it_is(book.settings, empty, ODD[-1], key=None))
        book.send(sent[-1:])
        worker = book.start()
        book.wait_for(len(sent))
        outcomes = [record.outcome for record in book.decided()]
        assert outcomes == ["accepted"] * (len(sent) - 2) + ["dead_lettered", "accepted"]
        (letter,) = book.ledger("dead_letters")[0]
        assert (letter.key, letter.value) == (None, None)
        assert worker.poll() is None
