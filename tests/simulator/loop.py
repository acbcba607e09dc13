"""An event loop whose time is simulated, in which processes can die and sleep.

Nothing waits: when no callback is ready, time jumps to the next one that is due. A process is a
mark in the context of its callbacks: those of a dead one are dropped, wherever it stood, and those
of a sleeping one are kept until it wakes.
"""

from __future__ import annotations

import asyncio
import heapq
import random
import time
from contextlib import contextmanager
from contextvars import Context, ContextVar, copy_context
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator

    from tests.simulator.network import Network

JITTER_SECONDS = 0.001
"""A timer may ring that much late."""
MANY_CANCELLED = 200


class Process:
    """What dies and sleeps as one."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.alive = True
        self.asleep = False
        self.kept: list[asyncio.Handle] = []
        self.skew_seconds = 0.0
        """How far its wall clock is off."""
        self.stamps = False
        """It says itself when its records were made; else they bear the time of its wall clock."""

    def context(self) -> Context:
        """A context in which callbacks belong to this process."""
        context = copy_context()
        context.run(PROCESS.set, self)
        return context


PROCESS: ContextVar[Process | None] = ContextVar("process", default=None)
NOBODY = Context()
"""Of what belongs to no process: brokers and the world."""


class Task(asyncio.Task[Any]):
    """Tasks in a set come in the order of their numbers, not of their addresses."""

    number = 0

    def __hash__(self) -> int:
        return self.number


class Loop(asyncio.BaseEventLoop):
    """Simulated time; the network is given, and every choice comes from one seed."""

    def __init__(self, seed: int, epoch: float) -> None:
        super().__init__()
        self.now = 0.0
        self.epoch = epoch
        """What a wall clock shows at the start, in seconds."""
        self.chance = random.Random(seed)
        self.network: Network | None = None
        self.tasks = 0
        self.steps = 0
        self.set_task_factory(self._task)
        self.broken: BaseException | None = None
        """What failed in the simulation itself, not in a process."""
        self.set_exception_handler(self._told)

    def _told(self, _loop: asyncio.AbstractEventLoop, told: dict[str, Any]) -> None:
        handle = told.get("handle")
        if handle is not None and handle._context.get(PROCESS) is None:
            self.broken = self.broken or told.get("exception")

    def time(self) -> float:
        """Seconds since the start."""
        return self.now

    def wall(self) -> float:
        """What the wall clock of the running process shows."""
        process = PROCESS.get()
        return self.epoch + self.now + (process.skew_seconds if process else 0.0)

    def _task(self, _loop: asyncio.AbstractEventLoop, coro: Any, **options: Any) -> Task:
        self.tasks += 1
        task = Task(coro, loop=self, **options)
        task.number = self.tasks
        return task

    def spawn(self, process: Process, coro: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run a coroutine in a process."""
        return process.context().run(self.create_task, coro)

    def call_at(  # type: ignore[override]  # its types are finer
        self,
        when: float,
        callback: Callable[..., object],
        *args: Any,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """A process's timers ring a little late, as they may."""
        if PROCESS.get() is not None:
            when += self.chance.random() * JITTER_SECONDS
        return super().call_at(when, callback, *args, context=context)

    def deliver_at(self, when: float, callback: Callable[..., object], *args: Any) -> None:
        """Call at that very time, on behalf of no process."""
        super().call_at(when, callback, *args, context=NOBODY)

    def deliver_in(self, seconds: float, callback: Callable[..., object], *args: Any) -> None:
        """Call after so many seconds, on behalf of no process."""
        self.deliver_at(self.now + seconds, callback, *args)

    def _run_once(self) -> None:
        inside = cast("Any", self)
        ready, scheduled = inside._ready, inside._scheduled
        if inside._timer_cancelled_count > MANY_CANCELLED:
            self._sweep(inside)
            scheduled = inside._scheduled
        if not ready:
            while scheduled and scheduled[0]._cancelled:
                inside._timer_cancelled_count -= 1
                heapq.heappop(scheduled)._scheduled = False
            assert scheduled, "everything waits, and nothing will ever come"
            self.now = max(self.now, scheduled[0]._when)
        while scheduled and scheduled[0]._when <= self.now:
            timer = heapq.heappop(scheduled)
            timer._scheduled = False
            if timer._cancelled:
                inside._timer_cancelled_count -= 1
            else:
                ready.append(timer)
        for _ in range(len(ready)):
            self._run(ready.popleft())
        if self.broken is not None:
            raise self.broken

    def _sweep(self, inside: Any) -> None:
        for timer in inside._scheduled:
            if timer._cancelled:
                timer._scheduled = False
        inside._scheduled = [timer for timer in inside._scheduled if not timer._cancelled]
        heapq.heapify(inside._scheduled)
        inside._timer_cancelled_count = 0

    def _run(self, handle: Any) -> None:
        if handle._cancelled:
            return
        process = handle._context.get(PROCESS)
        if process is not None:
            if not process.alive:
                return
            if process.asleep:
                process.kept.append(handle)
                return
        self.steps += 1
        handle._run()

    def wake(self, process: Process) -> None:
        """Let a process go on where it stood."""
        process.asleep = False
        for handle in process.kept:
            cast("Any", self)._ready.append(handle)
        process.kept.clear()

    async def create_connection(self, protocol_factory: Any, *args: Any, **_options: Any) -> Any:
        """A connection in memory."""
        assert self.network is not None
        host, port = args
        return await self.network.connect(protocol_factory, host, port)

    def _process_events(self, event_list: Any) -> None:
        del event_list
        raise AssertionError("there is no selector")

    def _write_to_self(self) -> None:
        """Nothing sleeps; who drops a generator half-read asks for somebody to be woken."""

    def bury(self) -> None:
        """End every task that is left, without letting it do anything of effect."""
        self.close()
        # What a task begins when it is told to go is begun here, and not in another test's loop.
        asyncio._set_running_loop(self)
        try:
            for task in asyncio.all_tasks(self):
                cast("Any", task)._log_destroy_pending = False
                _end(cast("Any", task.get_coro()))
        finally:
            asyncio._set_running_loop(None)


def _end(coro: Any) -> None:
    for _ in range(20):
        try:
            coro.close()
        except BaseException:  # noqa: BLE001, S112  # it is told to go until it does
            continue
        break


@contextmanager
def simulated(loop: Loop) -> Iterator[None]:
    """Clocks show simulated time, and what clients choose at random is seeded."""
    clocks = {name: getattr(time, name) for name in ("time", "time_ns", "monotonic")}
    state = random.getstate()
    random.seed(loop.chance.getrandbits(32))
    fakes = {
        "time": loop.wall,
        "time_ns": lambda: int(loop.wall() * 1_000_000) * 1000,
        "monotonic": loop.time,
    }
    try:
        for name, fake in fakes.items():
            setattr(time, name, fake)
        yield
    finally:
        for name, clock in clocks.items():
            setattr(time, name, clock)
        random.setstate(state)
