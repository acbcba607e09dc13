"""A worker without Faust: owner, writer, recovery, merge, client and transport are the real ones.

This shell does what Faust does around them: it runs the consumer's client, tells of rebalances,
fetches, hands announcements to the agent, and ticks. Everything runs on the simulation's loop.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import structlog
from aiokafka import ConsumerRebalanceListener
from faust.types import TP
from yarl import URL

from processors.runtime import app as faust_app
from processors.runtime.owned import positions
from processors.runtime.thread import LedgerThread
from processors.runtime.transport import LedgerConsumer
from processors.runtime.worker import _code, _drain, _watch

if TYPE_CHECKING:
    from collections.abc import Callable

    from processors.programs.compiled import Program
    from processors.runtime.settings import Settings

log = structlog.get_logger("simulator")
LEAST_SLEEP_SECONDS = 0.05


class Thread(LedgerThread):
    """The client, on the loop that everything runs on."""

    def __init__(self, app: Worker) -> None:
        self.held = app.consumer
        self.conf = app.conf
        self.servers = app.owner.settings.broker
        self._consumer: Any = None

    app = cast("Any", property(lambda self: SimpleNamespace(conf=self.conf)))
    consumer = cast("Any", property(lambda self: self.held))

    async def call_thread(self, fun: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """There is no other thread to call."""
        return await fun(*args, **kwargs)

    async def open(self, topics: tuple[str, ...], listener: ConsumerRebalanceListener) -> None:
        """Start the client and join the group."""
        urls = [URL(f"ledger://{server}") for server in self.servers.split(",")]
        transport = SimpleNamespace(url=urls, default_port=9092)
        self._consumer = self._create_worker_consumer(transport)
        self._consumer.subscribe(list(topics), listener=listener)
        await self._consumer.start()


class Consumer(LedgerConsumer):
    """The transport's consumer, without the services of Faust around it."""

    def __init__(self, app: Worker) -> None:
        self.worker = app
        self.taking = set()
        self.flow_active = False
        self._read_offset = {}
        self.generation = 0

    app = cast("Any", property(lambda self: self.worker))
    should_stop = cast("Any", property(lambda self: self.worker.owner.stopping))
    can_resume_flow = cast("Any", property(lambda _self: None))

    def assignment(self) -> set[TP]:
        """What the group gave us."""
        found = self.worker.thread._consumer.assignment()
        return {TP(log.topic, log.partition) for log in sorted(found)}

    _get_active_partitions = assignment

    @property
    def ledger_thread(self) -> LedgerThread:
        """The client."""
        return self.worker.thread

    async def wait(self, *_args: Any, **_kwargs: Any) -> Any:
        """The flow is looked at again soon."""
        await asyncio.sleep(0.05)

    async def sleep(self, n: Any, **_kwargs: Any) -> None:
        """Sleep; longer than asked for, to spare the simulation turns in which nothing happens."""
        await asyncio.sleep(max(n, LEAST_SLEEP_SECONDS))


class Worker(ConsumerRebalanceListener):
    """One worker process, from its start to its end."""

    crashed = False
    consumer_generation_id = 0

    def __init__(self, settings: Settings, program: Program, group: str = "") -> None:
        self.settings = settings
        self.owner = faust_app.owner_of(settings, program)
        self.conf = SimpleNamespace(
            id=f"{settings.output_prefix}{settings.app_id}{group}",
            broker_client_id="worker",
            broker_max_poll_records=faust_app.MOST_POLLED,
            broker_max_poll_interval=1000.0,
            broker_request_timeout=max(
                settings.request_timeout_seconds, settings.session_timeout_seconds + 1
            ),
            broker_session_timeout=settings.session_timeout_seconds,
            broker_heartbeat_interval=min(
                faust_app.HEARTBEAT_SECONDS, settings.session_timeout_seconds / 3
            ),
            broker_rebalance_timeout=30.0,
        )
        self.consumer = Consumer(self)
        self.thread = Thread(self)
        self.tasks: set[asyncio.Task[Any]] = set()
        self.stopping = asyncio.Event()

    def assigned(self) -> set[int]:
        """The partition numbers that the group gave us."""
        started = self.thread._consumer is not None
        return {log.partition for log in self.consumer.assignment()} if started else set()

    async def run(self) -> int:
        """Work until it is told to stop, or fails. Returns the exit code."""
        running = asyncio.create_task(self._start())
        watching = asyncio.create_task(_watch(self.settings, cast("Any", self)))
        stopping = asyncio.create_task(self.stopping.wait())
        waits = [running, watching, stopping]
        done, _ = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        code = _code(cast("Any", self), done - {stopping})
        if not running.done() or running.exception() is None:
            await _drain(self.settings, cast("Any", self))
        return int(code)

    async def stop(self) -> None:
        """Leave the group."""
        if self.thread._consumer is not None:
            await self.thread._consumer.stop()

    async def _start(self) -> None:
        await self.thread.open(self.owner.topics, self)
        await asyncio.gather(
            self._fetch(),
            self._every(faust_app.TICK_SECONDS, self.owner.tick),
            self._every(faust_app.NOTE_SECONDS, self._note),
        )

    async def on_partitions_revoked(self, revoked: Any) -> None:
        """Faust stops the flow, and keeps what it has until it is told what is left."""
        del revoked
        self.consumer.flow_active = False

    async def on_partitions_assigned(self, assigned: Any) -> None:
        """Faust seeks, and lets the flow go on."""
        del assigned
        await self.consumer.perform_seek()
        self.consumer.flow_active = True

    async def _fetch(self) -> None:
        """The fetcher, and the agent: one announcement, one task."""
        while not self.owner.stopping:
            async for _, message in self.consumer.getmany(1.0):
                task = asyncio.create_task(self._work(message.partition))
                self.tasks.add(task)
                task.add_done_callback(self.tasks.discard)

    async def _work(self, number: int) -> None:
        try:
            await self.owner.drain(number)
        except Exception as error:
            log.exception("broken", partition=number)
            self.owner.failed = error
            self.crashed = True

    async def _every(self, seconds: float, what: Callable[[], Any]) -> None:
        while True:
            await asyncio.sleep(seconds)
            await what()

    async def _note(self) -> None:
        owner = self.owner
        if owner.thread is not None and owner.owned:
            with suppress(Exception):  # for dashboards alone
                await owner.thread.note_positions(positions(owner.owned))
