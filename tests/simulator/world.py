"""One simulated world: a cluster, a topic's worth of events that arrive, and workers to kill."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from schemas.topics import TOPICS
from tests.driver.book import starter
from tests.simulator.arriving import arrive, tell
from tests.simulator.checks import Watch
from tests.simulator.cluster import Cluster
from tests.simulator.faults import bring_about
from tests.simulator.loop import NOBODY, Loop
from tests.simulator.settings import settings_of
from tests.simulator.slot import Slot, Stuck, owners
from tests.simulator.worker import Worker
from tests.story.story import Story

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulator.faults import Fault
    from tests.simulator.network import Link
    from tests.simulator.plan import Plan

EPOCH = 1_798_000_000.0
PACE = timedelta(hours=8)
LOOK_SECONDS = 0.1
RESTART_SECONDS = 1.0
BOUND_SECONDS = 150.0
"""After the faults, within how long everything must be decided."""


class World:
    """Everything of one run."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.loop = Loop(plan.seed, EPOCH)
        self.cluster = Cluster(self.loop, plan.brokers)
        self.settings = settings_of(plan, self.cluster)
        for topic in TOPICS:
            self.cluster.create(self.settings.names.of(topic.role), plan.partitions)
        self.story = Story(plan.seed, plan.events, plan.members, plain=plan.plain, pace=PACE)
        self.watch = Watch(self.cluster, self.settings.names, plan.partitions)
        self.slots = [Slot(f"w{number}", starter()) for number in range(plan.workers)]
        self.cluster.asked = self._asked
        self.over = False
        self.healed_at = 0.0
        self.happened: list[str] = []
        """Steps at which something happened."""
        self.stumbled = 0

    # --- the run

    async def run(self) -> None:
        """Faults and safety; then health and convergence. Raises AssertionError."""
        await self.suffer()
        self.heal()
        await self._until(self._all_is_decided)
        tell(self)
        await self._until(self._all_is_decided)
        await self._until(self._each_has_one_owner)
        self.over = True

    async def suffer(self) -> None:
        """Everything goes wrong that is planned, and safety holds all along."""
        self.cluster.start()
        self._do(arrive(self))
        await asyncio.sleep(0)
        for slot in self.slots:
            self._do(self._supervise(slot))
        for fault in self.plan.faults:
            self.later(fault.at, partial(self.bring_about, fault))
        while self.loop.now < self.plan.seconds:
            await asyncio.sleep(LOOK_SECONDS)
            self.watch.look()

    def bring_about(self, fault: Fault) -> None:
        """Let something go wrong now."""
        bring_about(self, fault)

    def heal(self) -> None:
        """Nothing goes wrong any more."""
        self.healed_at = self.loop.now
        self.over = True
        self.cluster.heal()
        for slot in self.slots:
            slot.steps.clear()
            slot.held_back = 0.0
            slot.exhausted_in = 0
            if self.plan.rival and slot is self.slots[-1]:
                self._bury(slot)
            if slot.process is not None and slot.process.asleep:
                self.loop.wake(slot.process)
        self.over = False

    def _all_is_decided(self) -> bool:
        """And every marker has come to its partition."""
        return not self.watch.undecided() and self.cluster.transactions.settled

    def _each_has_one_owner(self) -> bool:
        """Nobody holds on to a partition that is another's, and none is left alone."""
        return owners(self.slots) == list(range(self.plan.partitions))

    async def _until(self, holds: Callable[[], bool]) -> None:
        while True:
            self.watch.look()
            if holds():
                return
            if self.loop.now > self.healed_at + BOUND_SECONDS:
                raise Stuck(f"L1: {holds.__name__}: " + "; ".join(self.watch.undecided()[:4]))
            await asyncio.sleep(LOOK_SECONDS * 2)

    def _do(self, coro: Any) -> None:
        task = NOBODY.copy().run(self.loop.create_task, coro)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[Any]) -> None:
        """What fails in the world itself ends the run."""
        if task.cancelled():
            self.loop.broken = AssertionError("a worker ended as if it had been cancelled")
        elif task.exception() is not None:
            self.loop.broken = task.exception()

    def later(self, seconds: float, what: Callable[[], object]) -> None:
        """Do something after a while."""
        self.loop.deliver_in(seconds, what)

    # --- workers

    async def _supervise(self, slot: Slot) -> None:
        """Start a worker, and another one whenever it has ended."""
        while True:
            if self.loop.now < slot.held_back:
                await asyncio.sleep(0.1)
                continue
            process = slot.begin()
            slot.worker = self._worker(slot)
            running = self.loop.spawn(process, slot.worker.run())
            while process.alive and not running.done():  # noqa: ASYNC110 - death tells nobody
                await asyncio.sleep(0.1)
            if process.alive:
                slot.codes.append(running.result())
                self._bury(slot)
            await asyncio.sleep(RESTART_SECONDS)

    def _worker(self, slot: Slot) -> Worker:
        sizes = self.plan.sizes
        update = {"run_records": sizes[(slot.life - 1) % len(sizes)]} if sizes else {}
        settings = self.settings.model_copy(update=update)
        rival = self.plan.rival and slot is self.slots[-1] and not self.healed_at
        worker = Worker(settings, slot.program, "-rival" if rival else "")
        worker.owner.engine = slot.failing(worker.owner.engine)
        return worker

    def _bury(self, slot: Slot) -> None:
        """The process is gone: its connections break, and nothing of it runs again."""
        process = slot.process
        if process is not None and process.alive:
            process.alive = False
            network = self.cluster.network
            for link in [link for link in network.links if link.process is process]:
                link.reset()

    def _slot(self, number: int) -> Slot:
        return self.slots[number % len(self.slots)]

    def kill(self, number: int, seconds: float) -> None:
        """SIGKILL; the next one starts after so many seconds."""
        slot = self._slot(number)
        if not self.over:
            slot.held_back = self.loop.now + seconds
        self._bury(slot)

    def at_step(self, number: int, kind: str, count: int, do: Callable[[], object]) -> None:
        """Do something when a worker's so-and-so-many-th request of a kind has come to a broker."""
        self._slot(number).steps.append((kind, count, do))

    def stop(self, number: int, seconds: float) -> None:
        """SIGTERM."""
        slot = self._slot(number)
        slot.held_back = self.loop.now + seconds
        if slot.worker is not None and slot.process is not None and slot.process.alive:
            slot.process.context().run(slot.worker.stopping.set)

    def pause(self, number: int, seconds: float) -> None:
        """SIGSTOP, and SIGCONT after so many seconds."""
        process = self._slot(number).process
        if process is not None and process.alive:
            process.asleep = True
            self.later(seconds, lambda: self.loop.wake(process))

    def _asked(self, link: Link, kind: str) -> None:
        """A request has come: does something happen at it?"""
        if link.process is None:
            return
        for slot in self.slots:
            if slot.process is link.process and slot.steps and slot.steps[0][0] == kind:
                _, left, do = slot.steps[0]
                if left <= 1:
                    slot.steps.pop(0)
                    self.happened.append(kind)
                    do()
                else:
                    slot.steps[0] = (kind, left - 1, do)
