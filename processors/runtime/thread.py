"""Faust's consumer thread as the ledger needs it: nothing is read from where nobody put it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import aiokafka
from aiokafka import TopicPartition
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.protocol.fetch import FetchRequest
from faust.transport.drivers import aiokafka as driver

from processors.runtime.headers import read_any_headers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from faust.types import TP

FETCH_WAIT_MS = 20
FETCH_BYTES = 1 << 20
POLL_SECONDS = 0.5
IDLE_SECONDS = 0.01


class Bounds(NamedTuple):
    """The first offset that is kept, and the first that is not known to be committed."""

    begin: int
    end: int


class Fetch(NamedTuple):
    """What one fetch brought of a partition of a topic."""

    base: int
    """Where it was read from."""
    position: int
    """Where to go on: beyond the last record, and beyond markers that follow it."""
    end: int
    """The first offset that is not known to be committed; -1 while nothing was heard."""
    records: list[Any]
    heard: float
    """When the last question was asked that its broker has answered, by `time.monotonic`."""


class Heard(NamedTuple):
    """What is known of a partition, as of when, and which of the client's states has it."""

    standing: Any
    at: float


Log = tuple[str, int]
"""A topic and a partition."""


def listening(consumer: aiokafka.AIOKafkaConsumer) -> dict[Log, Heard]:
    """When each partition was last asked for, of what was worked off, kept up to date.

    The client knows when an answer was worked off. After a pause of the process that may be long
    after the broker gave it, and what came to the log meanwhile is not in it. And an answer to who
    stands elsewhere by now, or in another assignment, is dropped: nothing is known by it.
    """
    heard: dict[Log, Heard] = {}
    client = cast("Any", consumer)._client  # noqa: SLF001 - not told otherwise
    send = client.send

    async def asked(node: int, request: Any, **options: Any) -> Any:
        at = time.monotonic()
        wanted = _wanted(request) if isinstance(request, FetchRequest) else {}
        before = {log: _standing(consumer, log) for log in wanted}
        response = await send(node, request, **options)
        for topic, partitions in response.topics if wanted else ():
            for number, error, *_ in partitions:
                standing = before[topic, number]
                now = _standing(consumer, (topic, number))
                kept = now is standing and _stands_at(now, wanted[topic, number])
                if kept and not error:
                    heard[topic, number] = Heard(now, at)
        return response

    client.send = asked
    return heard


def _wanted(request: Any) -> dict[Log, int]:
    """The offsets that are asked for."""
    return {
        (topic, number): offset
        for topic, partitions in request.topics
        for number, offset, *_ in partitions
    }


def _stands_at(standing: Any | None, offset: int) -> bool:
    return standing is not None and standing.has_valid_position and standing.position == offset


class LedgerThread(driver.AIOKafkaConsumerThread):
    """Faust's consumer thread, with the client made as the ledger needs it.

    After a rebalance the client stands at group offsets, which say nothing; and what it hands out
    may get lost on the way, when Faust cancels who asked. So every fetch says where it wants to
    read from, and reads nothing if the client stands elsewhere: nothing is ever passed over.
    """

    def _create_worker_consumer(self, transport: Any) -> aiokafka.AIOKafkaConsumer:
        """Every setting whose default is dangerous is named."""
        conf = self.app.conf
        self._assignor = cast("Any", RangePartitionAssignor)
        read_any_headers()
        consumer = aiokafka.AIOKafkaConsumer(
            client_id=conf.broker_client_id,
            group_id=conf.id,
            bootstrap_servers=driver.server_list(transport.url, transport.default_port),
            partition_assignment_strategy=[RangePartitionAssignor],
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=FETCH_WAIT_MS,
            max_partition_fetch_bytes=FETCH_BYTES,
            max_poll_records=conf.broker_max_poll_records,
            max_poll_interval_ms=int(conf.broker_max_poll_interval * 1000),
            request_timeout_ms=int(conf.broker_request_timeout * 1000),
            session_timeout_ms=int(conf.broker_session_timeout * 1000),
            rebalance_timeout_ms=int(conf.broker_rebalance_timeout * 1000),
            heartbeat_interval_ms=int(conf.broker_heartbeat_interval * 1000),
        )
        self._heard = listening(consumer)
        return consumer

    async def place(self, positions: Mapping[TP, int]) -> None:
        """Read these partitions from here on. One that is not ours any more is left alone."""
        await self.call_thread(self._place, dict(positions))

    async def _place(self, positions: dict[TP, int]) -> None:
        consumer = self._ensure_consumer()
        for log, offset in positions.items():
            if _standing(consumer, log) is not None:
                consumer.seek(log, offset)

    async def fetch(self, positions: Mapping[TP, int]) -> dict[TP, Fetch]:
        """What comes next of partitions that stand at these positions; of others, nothing."""
        return cast("dict[TP, Fetch]", await self.call_thread(self._fetch, dict(positions)))

    async def _fetch(self, positions: dict[TP, int]) -> dict[TP, Fetch]:
        consumer = self._ensure_consumer()
        before = {log: _standing(consumer, log) for log in positions}
        live = {log for log, standing in before.items() if _stands_at(standing, positions[log])}
        if not live:
            return {}
        most = cast("Any", consumer)._max_poll_records  # noqa: SLF001 - as Faust has it
        found = await self._fetch_records(consumer, live, POLL_SECONDS, most) or {}
        came: dict[TP, Fetch] = {}
        for log in live:
            unchanged = _standing(consumer, log) is before[log]
            standing = cast("Any", before[log])
            if unchanged:
                end = -1 if standing.lso is None else standing.lso
                known = self._heard.get((log.topic, log.partition))
                heard = known.at if known is not None and known.standing is standing else 0.0
                records = found.get(log, [])
                came[log] = Fetch(positions[log], standing.position, end, records, heard)
        return came

    async def bounds(self, logs: Iterable[TP]) -> dict[TP, Bounds]:
        """What partitions hold, asked of the broker now."""
        consumer, wanted = self._ensure_consumer(), list(logs)
        begins = await self.call_thread(consumer.beginning_offsets, wanted)
        ends = await self.call_thread(consumer.end_offsets, wanted)
        return {log: Bounds(begins[log], ends[log]) for log in wanted}

    async def note_positions(self, positions: Mapping[TP, int]) -> None:
        """Write group offsets: for lag dashboards alone, never read by us."""
        consumer = self._ensure_consumer()
        # The client takes no other kind of pair than its own, not even Faust's.
        noted = {TopicPartition(*log): offset for log, offset in positions.items()}
        await self.call_thread(consumer.commit, noted)


def _standing(consumer: aiokafka.AIOKafkaConsumer, log: TP | Log) -> Any | None:
    """The client's own state of a partition in this assignment; None if it is not in it.

    Each assignment has states of its own, so the same one means that nothing came in between.
    """
    subscription = cast("Any", consumer)._subscription.subscription  # noqa: SLF001 - not told otherwise
    assignment = None if subscription is None else subscription.assignment
    place = TopicPartition(*log)
    if assignment is None or place not in assignment.tps:
        return None
    return assignment.state_value(place)
