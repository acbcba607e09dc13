"""Three brokers whose links to workers and to each other lead through a proxy; and who leads what.

Each broker has a listener for every lane: one for the other brokers and one for each worker, which
are advertised through the proxy, and one for the tests' own clients, which nothing disturbs.
"""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from aiokafka.errors import KafkaError

from processors.runtime.admin import LOOK_SECONDS, LOOKS, admin
from processors.runtime.broker import node, server
from processors.runtime.broker.config import HOST
from processors.runtime.broker.ports import free_ports
from tests.chaos.proxy import Proxy
from tests.chaos.quorum import controller

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from processors.runtime.broker.node import Broker
    from processors.runtime.settings import Settings

NODES = 3
PEERS, DIRECT = "PLAINTEXT", "DIRECT"
LAG_MS = 6_000
"""A follower that is behind for so long is out of sync."""
GROUP, TRANSACTION = 0, 1


class Brokers:
    """The cluster. Brokers are counted from 0; their ids are one higher."""

    def __init__(self, home: Path, proxy: Proxy, workers: int) -> None:
        self.home = home
        ports = free_ports()
        self.workers = [f"WORKER{number}" for number in range(workers)]
        self.ports = {
            lane: [next(ports) for _ in range(NODES)] for lane in (PEERS, DIRECT, *self.workers)
        }
        self.links = {
            lane: [proxy.link(next(ports), target) for target in self.ports[lane]]
            for lane in (PEERS, *self.workers)
        }
        self.running: list[Broker] = []

    def start(self) -> None:
        """Start those that do not run, and wait until all serve."""
        more = [self._listeners(place) for place in range(NODES)]
        self.running = list(server.start_all(self.home, NODES, self.ports[PEERS], more=more))

    def _listeners(self, place: int) -> dict[str, object]:
        lanes = {lane: ports[place] for lane, ports in self.ports.items()}
        listeners = [f"{lane}://{HOST}:{port}" for lane, port in lanes.items()]
        listeners.append(f"CONTROLLER://{HOST}:{lanes[PEERS] + 1}")
        told = lanes | {lane: links[place].port for lane, links in self.links.items()}
        return {
            "listeners": ",".join(listeners),
            "advertised.listeners": ",".join(f"{lane}://{HOST}:{p}" for lane, p in told.items()),
            "listener.security.protocol.map": ",".join(
                f"{lane}:PLAINTEXT" for lane in (*lanes, "CONTROLLER")
            ),
            "inter.broker.listener.name": PEERS,
            "replica.lag.time.max.ms": LAG_MS,
        }

    def address(self, lane: str = DIRECT) -> str:
        """Bootstrap servers of a lane."""
        links = self.links.get(lane)
        ports = [link.port for link in links] if links else self.ports[lane]
        return ",".join(f"{HOST}:{port}" for port in ports)

    def signal(self, place: int, number: int) -> None:
        """Signal a broker's process."""
        os.kill(self.running[place].pid, number)

    def kill(self, place: int) -> None:
        """SIGKILL, and wait for the end."""
        self.signal(place, signal.SIGKILL)
        node.stop([self.running[place]])

    def stop(self, place: int) -> None:
        """SIGTERM, and wait for the end."""
        node.stop([self.running[place]])

    def wake(self) -> None:
        """Nobody sleeps any more."""
        for broker in self.running:
            if node.find(broker.home) == broker:
                os.kill(broker.pid, signal.SIGCONT)

    def mend(self) -> None:
        """All links are whole."""
        for links in self.links.values():
            for link in links:
                link.mend()

    async def leader(self, settings: Settings, topic: str, partition: int) -> int:
        """The broker that leads a partition."""
        async with admin(settings) as client:
            (found,) = await client.describe_topics([topic])
        leaders = {one["partition"]: one["leader"] for one in found["partitions"]}
        return int(leaders[partition]) - 1

    async def coordinator(self, settings: Settings, name: str, kind: int) -> int:
        """The broker that coordinates a group or a transactional id."""
        async with admin(settings) as client:
            for _ in range(LOOKS):
                with suppress(KafkaError):
                    return int(await client.find_coordinator(name, kind)) - 1
                await asyncio.sleep(LOOK_SECONDS)
        raise ConnectionError(f"nobody coordinates {name}")

    def controller(self) -> int:
        """The broker in whose process the leading controller lives."""
        for port in self.ports[DIRECT]:
            try:
                return controller(HOST, port) - 1
            except OSError:
                continue
        raise ConnectionError("no broker answers")


@contextmanager
def cluster(home: Path, workers: int) -> Iterator[Brokers]:
    """Three brokers that serve; they are stopped at the end, whatever has become of them."""
    with Proxy() as proxy:
        brokers = Brokers(home, proxy, workers)
        try:
            brokers.start()
            yield brokers
        finally:
            brokers.mend()
            brokers.wake()
            server.stop(home)
