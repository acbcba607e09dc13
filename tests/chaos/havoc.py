"""Seeded faults, one after the other in each of two threads: of brokers, and of workers.

Every fault ends within seconds, and at the end everything is whole. Most leave a majority of the
brokers there; when all are away at once they are back at once.
"""

from __future__ import annotations

import asyncio
import random
import signal
import threading
from abc import ABC, abstractmethod
from collections import Counter
from typing import TYPE_CHECKING

from processors.runtime.faults import Fault
from tests.chaos.brokers import GROUP, NODES, PEERS, TRANSACTION
from tests.chaos.proxy import BACK, THERE

if TYPE_CHECKING:
    from collections.abc import Callable

    from processors.runtime.settings import Settings
    from tests.chaos.brokers import Brokers
    from tests.chaos.crew import Crew

WAYS = ((), (THERE,), (BACK,))
"""Both, or one of them."""


class Havoc(threading.Thread, ABC):
    """Does a deed every few seconds, by chance and seed, until it is told to end."""

    def __init__(
        self, name: str, seed: int, pause: tuple[float, float], tell: Callable[[str], None]
    ) -> None:
        super().__init__(name=name, daemon=True)
        self.chance = random.Random(f"{name} {seed}")
        self.pause_seconds = pause
        self.tell = tell
        self.over = threading.Event()
        self.done: Counter[str] = Counter()
        self.failed: BaseException | None = None

    @abstractmethod
    def deeds(self) -> dict[Callable[[], None], int]:
        """What may be done, and how often against the others."""

    def run(self) -> None:
        """Until it is told to end."""
        deeds = [deed for deed, weight in self.deeds().items() for _ in range(weight)]
        try:
            while not self.over.wait(self.chance.uniform(*self.pause_seconds)):
                self.chance.choice(deeds)()
        except BaseException as error:
            self.failed = error
            raise

    def said(self, what: str, more: str = "") -> None:
        """Count it, and put it into the running account."""
        self.done[what] += 1
        self.tell(f"{what} {more}".rstrip())

    def hold(self, least: float, most: float) -> float:
        """How long this fault lasts: chosen before it begins, so that the seed alone decides."""
        return self.chance.uniform(least, most)

    def end(self) -> None:
        """No more of it. Raises what went wrong with the havoc itself."""
        self.over.set()
        self.join()
        if self.failed is not None:
            raise self.failed


class BrokerHavoc(Havoc):
    """Brokers killed, bounced, paused, and cut off from each other."""

    def __init__(
        self, brokers: Brokers, settings: Settings, seed: int, tell: Callable[[str], None]
    ) -> None:
        super().__init__("brokers", seed, (4, 12), tell)
        self.brokers = brokers
        self.settings = settings

    def deeds(self) -> dict[Callable[[], None], int]:
        """Four of five leave two brokers there."""
        return {self.kill: 4, self.pause: 3, self.bounce: 2, self.part: 2, self.blackout: 1}

    def victim(self) -> tuple[int, str]:
        """A broker, and what it does: chosen by what it does, for that is what hurts."""
        number = self.chance.randrange(self.settings.partitions)
        chosen = self.chance.randrange(5)
        other = self.chance.randrange(NODES)
        settings, brokers = self.settings, self.brokers
        group = f"{settings.output_prefix}{settings.app_id}"
        ledger = settings.names.of("ledger")
        name = f"{group}-{number}"
        try:
            match chosen:
                case 0:
                    found = asyncio.run(brokers.leader(settings, ledger, number))
                    role = f"leader of ledger partition {number}"
                case 1:
                    found = asyncio.run(brokers.coordinator(settings, name, TRANSACTION))
                    role = f"coordinator of transactions of partition {number}"
                case 2:
                    found = asyncio.run(brokers.coordinator(settings, group, GROUP))
                    role = "coordinator of the group"
                case 3:
                    found, role = brokers.controller(), "controller"
                case _:
                    found, role = other, "any"
        except (Fault, OSError):
            return other, "any"
        return (found, role) if found in range(NODES) else (other, "any")

    def kill(self) -> None:
        """SIGKILL, some seconds, and a start."""
        seconds = self.hold(0.5, 8)
        place, role = self.victim()
        self.brokers.kill(place)
        self.said("broker killed", f"{place + 1}, {role}, for {seconds:.0f} s")
        self.over.wait(seconds)
        self.brokers.start()

    def bounce(self) -> None:
        """SIGTERM, and a start."""
        place, role = self.victim()
        self.brokers.stop(place)
        self.said("broker restarted", f"{place + 1}, {role}")
        self.brokers.start()

    def pause(self) -> None:
        """SIGSTOP, some seconds, SIGCONT."""
        seconds = self.hold(1, 12)
        place, role = self.victim()
        self.brokers.signal(place, signal.SIGSTOP)
        self.said("broker paused", f"{place + 1}, {role}, for {seconds:.0f} s")
        self.over.wait(seconds)
        self.brokers.signal(place, signal.SIGCONT)

    def part(self) -> None:
        """The others do not reach a broker; it reaches them, and clients reach all."""
        seconds = self.hold(2, 12)
        place, role = self.victim()
        link = self.brokers.links[PEERS][place]
        link.cut()
        self.said("broker cut off", f"{place + 1}, {role}, from its peers for {seconds:.0f} s")
        self.over.wait(seconds)
        link.mend()

    def blackout(self) -> None:
        """All at once, hard, and back at once."""
        for place in range(NODES):
            self.brokers.kill(place)
        self.said("all brokers killed")
        self.brokers.start()


class WorkerHavoc(Havoc):
    """Workers killed, stopped and paused; their links cut, slowed and reset."""

    def __init__(
        self, crew: Crew, brokers: Brokers | None, seed: int, tell: Callable[[str], None]
    ) -> None:
        super().__init__("workers", seed, (3, 9), tell)
        self.crew = crew
        self.brokers = brokers
        self.links = [] if brokers is None else [brokers.links[lane] for lane in brokers.workers]

    def deeds(self) -> dict[Callable[[], None], int]:
        """Links are there to be cut only where there is a proxy."""
        own = {self.kill: 4, self.pause: 4, self.stop: 1}
        return own if self.brokers is None else own | {self.cut: 4, self.slow: 2, self.reset: 1}

    def victim(self) -> int:
        """A worker's place."""
        return self.chance.randrange(len(self.crew.places))

    def kill(self) -> None:
        """SIGKILL, and a start."""
        place = self.victim()
        self.crew.end(place, signal.SIGKILL)
        self.said("worker killed", str(place + 1))

    def stop(self) -> None:
        """SIGTERM, and a start."""
        place = self.victim()
        self.crew.end(place, signal.SIGTERM)
        self.said("worker restarted", str(place + 1))

    def pause(self) -> None:
        """SIGSTOP, some seconds, SIGCONT."""
        place, seconds = self.victim(), self.hold(1, 12)
        self.crew.signal(place, signal.SIGSTOP)
        self.said("worker paused", f"{place + 1} for {seconds:.0f} s")
        self.over.wait(seconds)
        self.crew.signal(place, signal.SIGCONT)

    def cut(self) -> None:
        """Off from one broker or from all, one way or both."""
        place, seconds, ways = self.victim(), self.hold(1, 15), self.chance.choice(WAYS)
        which = self.chance.choice([*[[number] for number in range(NODES)], [*range(NODES)]])
        links = [self.links[place][number] for number in which]
        for link in links:
            link.cut(*ways)
        names = " and ".join(str(number + 1) for number in which)
        how = f"{' '.join(ways) or 'both ways'} for {seconds:.0f} s"
        self.said("worker cut off", f"{place + 1} from broker {names}, {how}")
        self.over.wait(seconds)
        for link in links:
            link.mend()

    def slow(self) -> None:
        """Every piece waits on all of a worker's links, and they are narrow."""
        place, seconds, delay = self.victim(), self.hold(3, 15), self.hold(0.02, 0.4)
        for link in self.links[place]:
            link.slow(delay, 200_000)
        self.said("worker slowed", f"{place + 1} by {delay * 1000:.0f} ms for {seconds:.0f} s")
        self.over.wait(seconds)
        for link in self.links[place]:
            link.mend()

    def reset(self) -> None:
        """All connections of a worker end at once."""
        place = self.victim()
        for link in self.links[place]:
            link.reset()
        self.said("worker's connections reset", str(place + 1))
