"""The Faust app, built by a function. Nothing happens on import."""

from __future__ import annotations

import asyncio
import gc
from typing import TYPE_CHECKING, Any

import faust
import structlog
from faust.serializers import codecs
from faust.transport.drivers import TRANSPORTS

from processors.partition import Broken
from processors.runtime.clock import Clock
from processors.runtime.engine import engine_by
from processors.runtime.owned import positions
from processors.runtime.owner import Owner
from processors.runtime.pages import add_pages
from processors.runtime.standing import Standing
from processors.runtime.telemetry import Telemetry
from processors.runtime.transport import SCHEME

if TYPE_CHECKING:
    from collections.abc import AsyncIterable

    from processors.programs.compiled import Program
    from processors.runtime.settings import Settings

log = structlog.get_logger("app")
HEARTBEAT_SECONDS = 1.0
TICK_SECONDS = 1.0
NOTE_SECONDS = 5.0
MOST_POLLED = 4_000
COLLECTOR = (100_000, 50, 100)
"""Fetched records are many live objects, and every collection walks them: the default thresholds
cost the loop a third of its speed."""


class Bytes(codecs.Codec):
    """Leaves keys and values alone: the fold reads bytes."""

    def _loads(self, s: bytes) -> Any:
        return s

    def _dumps(self, s: Any) -> bytes:
        return bytes(s)


class LedgerApp(faust.App):
    """Faust's app, with the owner of the partitions beside it."""

    owner: Owner

    def _create_directories(self) -> None:
        """No tables of Faust's are used, so a worker needs no disk."""

    async def fail(self, error: Exception) -> None:
        """Stop the worker: what comes next would rest on what is wrong."""
        if isinstance(error, Broken):
            self.owner.telemetry.violated()
        self.owner.failed = error
        await self.crash(error)


def build_app(settings: Settings, program: Program) -> LedgerApp:
    """The worker's app. It reads no environment and opens no connection."""
    TRANSPORTS.aliases[SCHEME] = "processors.runtime.transport:Transport"
    codecs.register("bytes", Bytes())
    gc.set_threshold(*COLLECTOR)
    app = LedgerApp(
        f"{settings.output_prefix}{settings.app_id}",
        broker=[f"{SCHEME}://{server}" for server in settings.broker.split(",")],
        store="memory://",
        topic_disable_leader=True,
        topic_partitions=settings.partitions,
        topic_replication_factor=settings.replicas,
        broker_max_poll_records=MOST_POLLED,
        broker_commit_interval=600.0,
        broker_session_timeout=settings.session_timeout_seconds,
        broker_heartbeat_interval=min(HEARTBEAT_SECONDS, settings.session_timeout_seconds / 3),
        broker_request_timeout=max(
            settings.request_timeout_seconds, settings.session_timeout_seconds + 1
        ),
        broker_rebalance_timeout=30.0,
        web_bind=settings.web_host,
        web_port=settings.web_port or 6066,
        web_enabled=settings.web_port > 0,
        web_tables_enabled=False,
        web_router_enabled=False,
        stream_wait_empty=False,
    )
    if app.in_transaction:
        raise RuntimeError("Faust's own exactly-once must be off: the ledger does that work")
    app.owner = owner_of(settings, program)
    app.owner.telemetry.registry.register(Standing(app.owner.owned))
    _register(app, settings)
    add_pages(app)
    return app


def owner_of(settings: Settings, program: Program) -> Owner:
    """The owner of a worker's partitions, with none yet."""
    return Owner(settings, engine_by(settings, program), Clock(settings.clock), Telemetry(program))


def _register(app: LedgerApp, settings: Settings) -> None:
    """The agent, the clock's task, and the notes for lag dashboards."""
    owner = app.owner
    source = app.topic(
        *owner.topics,
        key_serializer="bytes",
        value_serializer="bytes",
        partitions=settings.partitions,
    )
    tasks: set[asyncio.Task[None]] = set()

    async def work(number: int) -> None:
        try:
            await owner.drain(number)
        except Exception as error:
            log.exception("broken", partition=number)
            await app.fail(error)

    async def fold(stream: AsyncIterable[Any]) -> None:
        """One announcement, one task: it takes runs until nothing waits."""
        async for event in stream.events():  # type: ignore[attr-defined]  # a Faust stream
            task = asyncio.create_task(work(event.message.partition))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

    app.agent(source, name="fold", concurrency=1)(fold)

    async def let_time_pass() -> None:
        try:
            await owner.tick()
        except Exception as error:
            log.exception("broken")
            await app.fail(error)

    async def note_positions() -> None:
        if owner.thread is not None and owner.owned:
            try:
                await owner.thread.note_positions(positions(owner.owned))
            except Exception as error:  # noqa: BLE001 - for dashboards alone
                log.debug("positions not noted", reason=repr(error))

    app.timer(TICK_SECONDS)(let_time_pass)
    app.timer(NOTE_SECONDS)(note_positions)
