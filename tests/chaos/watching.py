"""A read_committed reader that runs beside a run all the time, and keeps what it sees."""

# The client is written without types.
# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

import asyncio
import json
import threading
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError, OffsetOutOfRangeError

from schemas.chain import hash_of
from schemas.ledger import DECODER
from tests.chaos.history import Decided, Seen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processors.runtime.settings import Settings
    from tests.chaos.history import Entry, Group

LOOK_SECONDS = 0.2
STUCK_SECONDS = 60.0
ALIAS = "alias/"
ROLES = ("ledger", "balances", "eligibility", "notices", "dead_letters", "transfers")
"""Snapshots are states, and no outputs."""


def entry(role: str, record: Any) -> Entry | None:
    """What a record says of itself. None for a command of an operator, which no ledger decided."""
    value = record.value or b""
    if role == "ledger":
        return decided(record.partition, record.offset, value)
    digest = blake2b(value, digest_size=16).digest()
    told = dict(record.headers)
    if role == "transfers":
        told_by = json.loads(value)
        name = told_by["id"]
        group: Group = (role, name, 0)
        if told_by["kind"] == "clock":
            return None
    elif role == "dead_letters":
        origin = (told["__streams.errors." + part] for part in ("topic", "partition", "offset"))
        name = b"/".join(origin).decode()
        group = (role, name, 0)
    else:
        name = told["ce_id"].decode()
        group = (role, told["ce_subject"].decode(), json.loads(value)["member_sequence"])
    return Seen(role, record.partition, record.offset, name, group, digest)


def decided(partition: int, offset: int, value: bytes) -> Decided:
    """A ledger record, and what must be published with it."""
    record = DECODER.decode(value)
    promises: dict[Group, int] = {("transfers", one.id, 0): 1 for one in record.effects}
    account, sequence = record.account, record.member_sequence
    if sequence is not None and account is not None and not account.startswith(ALIAS):
        published = {"balances": 1}
        published |= {"eligibility": len(record.eligibility), "notices": len(record.notices)}
        promises |= {(role, account, sequence): n for role, n in published.items() if n}
    source = record.source
    at = None if source is None else (source.topic, source.partition, source.offset)
    if record.outcome == "dead_lettered" and at is not None:
        promises["dead_letters", "/".join(map(str, at)), 0] = 1
    own = tuple(promises.items())
    return Decided(partition, offset, record.seq, record.prev, hash_of(value), at, own)


class Watcher(threading.Thread):
    """Reads every output topic from its beginning, until it is told where the end is."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(name="watcher", daemon=True)
        self.settings = settings
        names = settings.names
        self.topics = {names.of(role): role for role in ROLES}
        self.seen: list[Entry] = []
        self.inputs = 0
        """Inputs that are decided, transfers left out."""
        self.over = threading.Event()
        self.failed: BaseException | None = None

    def run(self) -> None:
        """In a thread of its own: nothing that happens to the others holds it up."""
        try:
            asyncio.run(self._watch())
        except BaseException as error:
            self.failed = error
            raise

    def finish(self) -> list[Entry]:
        """Read to the end that is there now. Returns all that was seen; raises what went wrong."""
        self.over.set()
        self.join()
        if self.failed is not None:
            raise self.failed
        return self.seen

    async def _watch(self) -> None:
        logs = list(self._logs())
        consumer = client(self.settings)
        await consumer.start()
        try:
            consumer.assign(logs)
            for log in logs:
                consumer.seek(log, 0)
            while not self.over.is_set():
                self._take(await self._some(consumer))
            await self._rest(consumer, logs)
        finally:
            await consumer.stop()

    async def _rest(self, consumer: AIOKafkaConsumer, logs: list[TopicPartition]) -> None:
        ends = await consumer.end_offsets(logs)
        silent = 0.0
        while [log for log in logs if await consumer.position(log) < ends[log]]:
            found = await self._some(consumer)
            self._take(found)
            silent = 0.0 if found else silent + LOOK_SECONDS
            if silent > STUCK_SECONDS:
                raise TimeoutError(f"a reader of committed records saw none for {silent:.0f} s")

    async def _some(self, consumer: AIOKafkaConsumer) -> dict[TopicPartition, list[Any]]:
        try:
            found: dict[TopicPartition, list[Any]] = await consumer.getmany(
                timeout_ms=int(LOOK_SECONDS * 1000)
            )
        except OffsetOutOfRangeError:
            raise  # what was committed is gone
        except KafkaError:
            await asyncio.sleep(LOOK_SECONDS)  # brokers are away; it goes on where it stands
            return {}
        return found

    def _take(self, found: dict[TopicPartition, list[Any]]) -> None:
        for log, records in found.items():
            for record in records:
                one = entry(self.topics[log.topic], record)
                if one is None:
                    continue
                self.seen.append(one)
                if isinstance(one, Decided) and one.source is not None:
                    self.inputs += one.source[0] not in self.topics

    def _logs(self) -> Iterator[TopicPartition]:
        for topic in self.topics:
            for number in range(self.settings.partitions):
                yield TopicPartition(topic, number)


def client(settings: Settings) -> AIOKafkaConsumer:
    """A reader that stays where it is put: an offset that is gone would be a finding."""
    return AIOKafkaConsumer(
        bootstrap_servers=settings.broker,
        isolation_level="read_committed",
        enable_auto_commit=False,
        auto_offset_reset="none",
        fetch_max_wait_ms=200,
    )


def read_again(settings: Settings) -> list[Entry]:
    """What a reader sees who comes when all is over."""
    watcher = Watcher(settings)
    watcher.over.set()
    watcher.start()
    return watcher.finish()
