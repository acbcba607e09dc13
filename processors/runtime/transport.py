"""Faust's transport, with a consumer that hands out runs instead of messages.

Plain Faust pays two tasks and a lock for each message. This consumer gathers what is fetched per
partition, announces a partition with work once, and its task then takes runs until nothing waits;
so a run grows while the one before it is committed. Created with the range assignor over identical
subscriptions, partition *p* of all topics belongs to one worker; with `read_committed`, aborted
transfers never become points.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import aiokafka
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from faust.transport.drivers import aiokafka as driver
from faust.types import TP, ConsumerMessage

from processors.partition import Fetched

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping

    from processors.runtime.owner import Owner

SCHEME = "ledger"
FETCH_WAIT_MS = 20
FETCH_BYTES = 1 << 20
POLL_SECONDS = 0.5


class LedgerThread(driver.AIOKafkaConsumerThread):
    """Faust's consumer thread, with the client made as the ledger needs it."""

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

    async def fetch_state(self, logs: Iterable[TP]) -> dict[TP, tuple[int, int]]:
        """Position and known end of partitions, as the last fetch response told."""
        consumer = self._ensure_consumer()
        return cast(
            "dict[TP, tuple[int, int]]",
            await self.call_thread(_state, consumer, list(logs)),
        )

    async def ends(self, logs: Iterable[TP]) -> Mapping[TP, int]:
        """The committed end of partitions, asked of the broker now."""
        consumer = self._ensure_consumer()
        return cast("Mapping[TP, int]", await self.call_thread(consumer.end_offsets, list(logs)))

    async def note_positions(self, positions: Mapping[TP, int]) -> None:
        """Write group offsets: for lag dashboards alone, never read by us."""
        consumer = self._ensure_consumer()
        await self.call_thread(consumer.commit, dict(positions))


async def _state(consumer: aiokafka.AIOKafkaConsumer, logs: list[TP]) -> dict[TP, tuple[int, int]]:
    found: dict[TP, tuple[int, int]] = {}
    for log in logs:
        end = consumer.last_stable_offset(log)
        found[log] = (await consumer.position(log), -1 if end is None else end)
    return found


class LedgerConsumer(driver.Consumer):
    """Gathers fetched records in the owner; tells the agent once that a partition has work."""

    def _new_consumer_thread(self) -> LedgerThread:
        return LedgerThread(self, loop=self.loop, beacon=self.beacon)

    @property
    def ledger_thread(self) -> LedgerThread:
        """The consumer's thread."""
        return cast("LedgerThread", self._thread)

    @property
    def owner(self) -> Owner:
        """Whose partitions these are."""
        return cast("Owner", cast("Any", self.app).owner)

    async def getmany(
        self,
        timeout: float,  # noqa: ASYNC109 - the signature is Faust's
    ) -> AsyncIterator[tuple[TP, ConsumerMessage]]:
        """Fetch, put aside what came, and announce the partitions that have work."""
        del timeout
        if not self.flow_active:
            await self.wait(cast("Any", self.can_resume_flow))
        owner = self.owner
        seeks = owner.seeks
        wanted = self._get_active_partitions() - owner.full()
        if not wanted:
            await self.sleep(0.01)
            return
        records = await self._thread.getmany(wanted, POLL_SECONDS) or {}
        if owner.seeks != seeks:
            self._fetch_again(records)
            return
        for log, found in records.items():
            owner.add(log.topic, log.partition, [_fetched(record) for record in found])
        if self.should_stop or not self.flow_active:
            return
        await self._look_ahead()
        for partition in owner.to_announce():
            yield self._announcement(partition, self.app.consumer_generation_id)

    def _fetch_again(self, logs: Iterable[TP]) -> None:
        """Drop what was fetched across a seek: nobody can tell on which side of it this lies."""
        for log in logs:
            position = self.owner.position(log)
            if position is not None:
                self.ledger_thread.seek(log, position)

    async def _look_ahead(self) -> None:
        """Learn how far topics go that the merge waits for."""
        doubtful = self.owner.doubtful()
        seeks = self.owner.seeks
        if doubtful:
            state = await self.ledger_thread.fetch_state(doubtful)
            for log, (position, end) in state.items():
                if self.owner.seeks == seeks:
                    self.owner.reached(log.topic, log.partition, position, end)

    def _announcement(self, partition: int, generation: int) -> tuple[TP, ConsumerMessage]:
        log = TP(self.owner.announcing, partition)
        message = ConsumerMessage(
            log.topic,
            partition,
            self.owner.announcement(),
            0.0,
            0,
            [],
            None,
            b"",
            None,
            0,
            0,
            log,
            generation_id=generation,
        )
        return log, message

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Recover every partition that is now ours, and go on where its ledger stands."""
        positions = await self.owner.take_over(self.assignment(), self.ledger_thread)
        for log, offset in positions.items():
            await self._seek(log, offset)
        return positions

    async def perform_seek(self) -> None:
        """Called after an assignment, before the flow resumes."""
        await self.seek_to_committed()
        self._read_offset.clear()

    async def commit(self, topics: Any = None, start_new_transaction: bool = True) -> bool:  # noqa: FBT001, FBT002 - Faust's signature
        """Nothing: the ledger alone says where we resume."""
        del topics, start_new_transaction
        return True


def _fetched(record: Any) -> Fetched:
    return Fetched(
        record.topic,
        record.partition,
        record.offset,
        record.timestamp,
        record.key,
        record.value,
        record.headers,
    )


class Transport(driver.Transport):
    """Looked up by Faust through the URL scheme `ledger`."""

    Consumer = LedgerConsumer
