"""Faust's consumer thread as the ledger needs it: nothing is read from where nobody put it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

import aiokafka
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from faust.transport.drivers import aiokafka as driver

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from faust.types import TP

FETCH_WAIT_MS = 20
FETCH_BYTES = 1 << 20
POLL_SECONDS = 0.5
IDLE_SECONDS = 0.01


class Place:
    """Where a partition was put to be read from. Each is itself alone."""

    __slots__ = ("standing",)

    def __init__(self, standing: object) -> None:
        self.standing = standing


class LedgerThread(driver.AIOKafkaConsumerThread):
    """Faust's consumer thread, with the client made as the ledger needs it.

    After a rebalance the client stands at group offsets, which say nothing: a partition is read
    only where `place` has put it, and only while that very assignment lasts. What is fetched names
    its place, so that what was fetched before another one is dropped, whoever held it meanwhile.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.placed: dict[TP, Place] = {}

    def _create_worker_consumer(self, transport: Any) -> aiokafka.AIOKafkaConsumer:
        """Every setting whose default is dangerous is named."""
        conf = self.app.conf
        self._assignor = cast("Any", RangePartitionAssignor)
        return aiokafka.AIOKafkaConsumer(
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

    async def place(self, positions: Mapping[TP, int]) -> None:
        """Read these partitions from here on. One that is not ours any more is left alone."""
        await self.call_thread(self._place, dict(positions))

    async def _place(self, positions: dict[TP, int]) -> None:
        consumer = self._ensure_consumer()
        for log, offset in positions.items():
            standing = _standing(consumer, log)
            if standing is not None:
                consumer.seek(log, offset)
                self.placed[log] = Place(standing)

    def displace(self, logs: Iterable[TP]) -> None:
        """Read these partitions no more until they are placed again."""
        for log in logs:
            self.placed.pop(log, None)

    def holds(self, log: TP, place: Place) -> bool:
        """True while what was fetched from a place may be used."""
        return self.placed.get(log) is place

    def _live(self, logs: Iterable[TP]) -> dict[TP, Place]:
        consumer = self._ensure_consumer()
        found = {log: self.placed.get(log) for log in logs}
        return {
            log: place
            for log, place in found.items()
            if place is not None and place.standing is _standing(consumer, log)
        }

    async def fetch(self, logs: Iterable[TP]) -> dict[TP, tuple[Place, list[Any]]]:
        """What comes next of partitions that stand where they were placed, with their places."""
        return cast(
            "dict[TP, tuple[Place, list[Any]]]", await self.call_thread(self._fetch, list(logs))
        )

    async def _fetch(self, logs: list[TP]) -> dict[TP, tuple[Place, list[Any]]]:
        places = self._live(logs)
        if not places:
            await asyncio.sleep(IDLE_SECONDS)
            return {}
        consumer = self._ensure_consumer()
        most = cast("Any", consumer)._max_poll_records  # noqa: SLF001 - as Faust has it
        found = await self._fetch_records(consumer, set(places), POLL_SECONDS, most)
        return {log: (places[log], records) for log, records in (found or {}).items()}

    async def fetch_state(self, logs: Iterable[TP]) -> dict[TP, tuple[Place, int, int]]:
        """Position and known end of partitions, as the last fetch response told."""
        return cast(
            "dict[TP, tuple[Place, int, int]]", await self.call_thread(self._state, list(logs))
        )

    async def _state(self, logs: list[TP]) -> dict[TP, tuple[Place, int, int]]:
        consumer = self._ensure_consumer()
        found: dict[TP, tuple[Place, int, int]] = {}
        for log, place in self._live(logs).items():
            end = consumer.last_stable_offset(log)
            found[log] = (place, await consumer.position(log), -1 if end is None else end)
        return found

    async def ends(self, logs: Iterable[TP]) -> Mapping[TP, int]:
        """The committed end of partitions, asked of the broker now."""
        consumer = self._ensure_consumer()
        return cast("Mapping[TP, int]", await self.call_thread(consumer.end_offsets, list(logs)))

    async def note_positions(self, positions: Mapping[TP, int]) -> None:
        """Write group offsets: for lag dashboards alone, never read by us."""
        consumer = self._ensure_consumer()
        await self.call_thread(consumer.commit, dict(positions))


def _standing(consumer: aiokafka.AIOKafkaConsumer, log: TP) -> object | None:
    """The client's own object for a partition in this assignment; None if it is not in it."""
    subscription = cast("Any", consumer)._subscription.subscription  # noqa: SLF001 - not told otherwise
    assignment = None if subscription is None else subscription.assignment
    if assignment is None or log not in assignment.tps:
        return None
    return cast("object", assignment.state_value(log))
