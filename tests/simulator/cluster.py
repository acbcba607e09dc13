"""A cluster: topics, who leads and coordinates what, groups and transactions."""

from __future__ import annotations

import asyncio
import zlib
from typing import TYPE_CHECKING, Any

from aiokafka import errors

from tests.simulator.broker import Broker
from tests.simulator.groups import LOOK_SECONDS, Group
from tests.simulator.log import HEADER, TRANSACTIONAL, Log
from tests.simulator.loop import NOBODY
from tests.simulator.network import Network
from tests.simulator.transactions import Coordinator

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulator.loop import Loop, Process
    from tests.simulator.network import Link
    from tests.simulator.transactions import Place

OK = 0
AHEAD_MS = 3_600_000
"""A record stamped further ahead is refused (KIP-1030)."""


class Cluster:
    """All brokers of a run, and what they keep."""

    def __init__(self, loop: Loop, brokers: int) -> None:
        self.loop = loop
        self.network = Network(loop)
        self.topics: dict[str, list[Log]] = {}
        self.brokers = {number: Broker(number, self) for number in range(1, brokers + 1)}
        self.network.brokers = self.brokers
        self.groups: dict[str, Group] = {}
        self.transactions = Coordinator(loop, self.log, self._settle, self.led, self.news)
        self.moved: dict[Any, int] = {}
        """Leaders and coordinators that are not where they began; -1 for none."""
        self.homes: dict[Any, int] = {}
        """Who leads or coordinates what to begin with."""
        self.refusals: dict[Place, int] = {}
        """Partitions to which nothing can be written, and with which error."""
        self.waiting: dict[asyncio.Future[Any], tuple[Broker, Any]] = {}
        self.trace = 0
        self.requests = 0
        self.looked = False
        self.asked: Callable[[Link, str], None] = lambda _link, _kind: None
        """Told of every request before it is served."""

    def start(self) -> None:
        """Let the coordinators watch the time."""
        NOBODY.copy().run(self.loop.create_task, self.transactions.watch())
        NOBODY.copy().run(self.loop.create_task, self._look())

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            for group in self.groups.values():
                group.look()

    def note(self, link: Link, kind: str) -> None:
        """One request more, for the trace that a replay must repeat."""
        self.requests += 1
        name = link.process.name if link.process else ""
        line = f"{self.loop.now:.9f} {name} {link.node} {kind}".encode()
        self.trace = zlib.crc32(line, self.trace)
        self.asked(link, kind)

    # --- topics

    def create(self, topic: str, partitions: int) -> None:
        """A topic with nothing in it."""
        self.topics[topic] = [Log(topic, number) for number in range(partitions)]

    def log(self, place: Place) -> Log:
        """One partition."""
        return self.topics[place[0]][place[1]]

    def stamp(self, process: Process | None) -> int | None:
        """The time by which a process stamps what it writes, in milliseconds; None if it did."""
        if process is not None and process.stamps:
            return None
        skew = process.skew_seconds if process else 0.0
        return int((self.loop.epoch + self.loop.now + skew) * 1000)

    def produce(
        self, place: Place, data: bytes, stamp: int | None, *, transactional: str | None
    ) -> tuple[int, int]:
        """Append a client's batch: error code and offset."""
        head = HEADER.unpack_from(data)
        if transactional is not None and head[5] & TRANSACTIONAL:
            log = self.log(place)
            if (head[9] not in log.open or head[10] != log.producers[head[9]].epoch) and (
                code := self.transactions.may_write(head[9], head[10], place)
            ):
                return code, -1
        if stamp is not None and stamp - int((self.loop.epoch + self.loop.now) * 1000) > AHEAD_MS:
            return errors.InvalidTimestampError.errno, -1
        return self.log(place).append(data, stamp)

    def refused(self, place: Place) -> int:
        """With which error nothing can be written here; 0 if it can."""
        return self.refusals.get(place, OK)

    # --- who leads what

    def _home(self, key: Any) -> int:
        number = self.homes.get(key)
        if number is None:
            number = self.homes[key] = zlib.crc32(repr(key).encode()) % len(self.brokers) + 1
        return number

    def leader(self, key: Any) -> int:
        """Who leads a partition, or coordinates; -1 for nobody."""
        number = self.moved.get(key)
        if number is None:
            number = self._home(key)
        return number if number in self.brokers and self.brokers[number].up else -1

    def led(self, place: Place) -> bool:
        """Whether a partition has a leader that can write."""
        return self.leader(place) >= 0

    def coordinator(self, sort: str, name: str) -> int:
        """Who coordinates a group or a transactional id; -1 for nobody now."""
        return self.leader((sort, name))

    def keys(self) -> list[Any]:
        """All that has a leader."""
        logs = [log for logs in self.topics.values() for log in logs]
        places: list[Any] = [(log.topic, log.number) for log in logs]
        places += [("group", name) for name in self.groups]
        return places + [("transaction", name) for name in self.transactions.known]

    def stop(self, number: int, *, elect_seconds: float) -> None:
        """A broker goes down; what it led is led by others after a while."""
        broker = self.brokers[number]
        orphans = [key for key in self.keys() if self.leader(key) == number]
        broker.up = False
        self.network.reset(node=number)
        self.loop.deliver_in(elect_seconds, self._elect, orphans)

    def _elect(self, orphans: list[Any]) -> None:
        living = [broker.number for broker in self.brokers.values() if broker.up]
        for key in orphans:
            if living and self.leader(key) < 0:
                self.moved[key] = living[zlib.crc32(repr(key).encode()) % len(living)]

    def begin(self, number: int) -> None:
        """A broker comes up."""
        self.brokers[number].up = True
        self.wake(number)

    def wake(self, number: int) -> None:
        """A broker goes on with what has come to it."""
        self.brokers[number].asleep = False
        for link in list(self.network.links):
            if link.node == number:
                self.network.serve(link)

    def heal(self) -> None:
        """Everything is up, led, and writable."""
        for number in self.brokers:
            self.brokers[number].up = True
        self.moved.clear()
        self.refusals.clear()
        self.network.heal()
        for number in self.brokers:
            self.wake(number)

    # --- groups

    def group(self, name: str) -> Group:
        """The group of this name, a new one if there is none."""
        if name not in self.groups:
            self.groups[name] = Group(self.loop)
        return self.groups[name]

    def _settle(self, group: str, at: dict[Place, int]) -> None:
        self.group(group).offsets.update(at)

    # --- fetches that wait

    def await_news(
        self, broker: Broker, request: Any, answer: asyncio.Future[Any], seconds: float
    ) -> None:
        """Answer a fetch when there is something, at the latest after so many seconds."""
        self.waiting[answer] = (broker, request)
        self.loop.deliver_in(seconds, self._give_up, answer)

    def _give_up(self, answer: asyncio.Future[Any]) -> None:
        found = self.waiting.pop(answer, None)
        if found is not None:
            found[0].look(found[1], answer, last=True)

    def news(self) -> None:
        """Something may be readable that was not: look soon, once for all that happens now."""
        if not self.looked:
            self.looked = True
            self.loop.deliver_in(0.0005, self._look_again)

    def _look_again(self) -> None:
        self.looked = False
        for answer, (broker, request) in list(self.waiting.items()):
            if broker.look(request, answer, last=False):
                self.waiting.pop(answer, None)
