"""One worker process: waits for the broker, checks the topics, and folds until it is stopped."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import structlog
from faust.exceptions import ConsumerNotStarted

from processors.partition.head import Refused
from processors.programs.load import load
from processors.runtime import admin
from processors.runtime.app import build_app
from processors.runtime.closing import closed
from processors.runtime.faults import Away, Exit, Fault
from processors.runtime.logs import set_up_logs
from processors.runtime.pages import serve_on
from processors.runtime.ports import listen
from processors.runtime.settings import unknown_variables

if TYPE_CHECKING:
    from collections.abc import Iterable
    from socket import socket

    from faust.types import TP

    from processors.runtime.app import LedgerApp
    from processors.runtime.settings import Settings

log = structlog.get_logger("worker")
LOOK_SECONDS = 1.0
MOST_WORKERS = 32
"""On one machine, of those that look for a port themselves."""


def run_worker(settings: Settings) -> int:
    """Run until SIGTERM or SIGINT. Returns the exit code. Raises Fault, ProgramError."""
    set_up_logs(settings.log_level)
    for name in unknown_variables():
        log.warning("no such setting", variable=name)
    program = load(settings.program)
    asyncio.run(_await_broker(settings))
    app = build_app(settings, program)
    if settings.web_port:
        serve_on(app, _listening(settings))
    return asyncio.run(_run(settings, app))


def _listening(settings: Settings) -> socket:
    """Where the pages are served. Raises Fault.

    Workers of one machine take one port after the other, unless one was asked for.
    """
    first = settings.web_port
    given = "web_port" in settings.model_fields_set
    taken = listen(settings.web_host, range(first, first + (1 if given else MOST_WORKERS)))
    if taken is None:
        raise Fault(
            f"port {first} of {settings.web_host} is taken",
            "Set LOYALTY_WEB_PORT to a free one, or to 0 for no pages.",
            Exit.USAGE,
        )
    log.info("serving pages", host=settings.web_host, port=taken.getsockname()[1])
    return taken


async def _await_broker(settings: Settings) -> None:
    """Wait for a broker that is not up yet, and then insist on the topics."""
    deadline = time.monotonic() + settings.connect_seconds
    while True:
        try:
            await admin.check(settings)
        except Away as away:
            if time.monotonic() > deadline:
                raise
            log.warning("waiting for the broker", broker=settings.broker, reason=away.problem)
            await asyncio.sleep(LOOK_SECONDS)
        else:
            return


async def _run(settings: Settings, app: LedgerApp) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    log.info("starting", program=app.owner.engine.program.id, app=app.conf.id)
    app.client_only = False
    running = asyncio.create_task(_start(app))
    watching = asyncio.create_task(_watch(settings, app))
    stopping = asyncio.create_task(stop.wait())
    done, _ = await asyncio.wait({running, watching, stopping}, return_when=asyncio.FIRST_COMPLETED)
    code = _code(app, done - {stopping})
    await _drain(settings, app)
    for task in (running, watching, stopping):
        task.cancel()
    log.info("stopped", code=int(code))
    with suppress(OSError):  # a log that cannot be written keeps nobody here
        sys.stdout.flush()
    os._exit(code)


async def _start(app: LedgerApp) -> None:
    await app.start()
    await app.wait_until_stopped()


def _code(app: LedgerApp, done: Iterable[asyncio.Task[Any]]) -> Exit:
    """What became of the run. Why it failed is said to operators, and to whoever started it."""
    failed = app.owner.failed
    for task in done:
        if failed is None and not task.cancelled():
            failed = task.exception()
    match failed:
        case None:
            return Exit.BROKEN if app.crashed else Exit.DONE
        case Fault():
            log.error("refused", problem=failed.problem, advice=failed.advice)
            _say(f"{failed.problem}\n{failed.advice}\n")
            return failed.code
        case _:
            log.error("failed", reason=str(failed) or repr(failed), kind=type(failed).__name__)
            _say(f"{failed}\n")
            return Exit.USAGE if isinstance(failed, Refused) else Exit.BROKEN


def _say(text: str) -> None:
    with suppress(OSError):
        sys.stderr.write(text)


async def _drain(settings: Settings, app: LedgerApp) -> None:
    """Finish the runs at hand, save, close producers, leave the group; within the budget."""
    owner = app.owner
    owner.stopping = True

    async def finish() -> None:
        await owner.settle()
        await owner.let_go(list(owner.owned))
        await owner.histories.close()
        await closed(app)

    try:
        await asyncio.wait_for(finish(), settings.drain_seconds)
    except Exception as error:  # noqa: BLE001 - what is left open is fenced by who comes next
        log.warning("drained in part", reason=repr(error))


def _assigned(app: LedgerApp) -> Iterable[TP]:
    """What the group gave us: nothing yet, while Faust is still starting its consumer."""
    try:
        return app.consumer.assignment()
    except ConsumerNotStarted:
        return ()


async def _watch(settings: Settings, app: LedgerApp) -> None:
    """End the worker when work waits and nothing is done about it, or when the app crashed."""
    whole_at = time.monotonic()
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        owner = app.owner
        now = time.monotonic()
        if app.crashed or owner.failed is not None:
            raise owner.failed or RuntimeError("the app crashed")
        if not any(owned.waiting.size for owned in owner.owned.values()):
            owner.telemetry.progress_at = now
        elif (idle := now - owner.telemetry.progress_at) > settings.watchdog_seconds:
            raise RuntimeError(f"input waits and nothing was folded for {idle:.0f} seconds")
        lacking = owner.lacking(_assigned(app))
        if not lacking or owner.turning.locked():
            whole_at = now
        elif now - whole_at > settings.watchdog_seconds:
            raise RuntimeError(f"partitions {sorted(lacking)} are ours and nobody took them over")
