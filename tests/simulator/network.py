"""Connections in memory between processes and brokers, and what can go wrong on the way.

Requests of one connection are served one after the other, as Kafka does. Each direction keeps its
order; a cut holds what is sent until it is healed, as TCP would.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.simulator.loop import NOBODY, PROCESS, Loop, Process

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextvars import Context

    from tests.simulator.broker import Broker

FASTEST, SLOWEST = 0.0005, 0.004
PORTS = 9000


class Rule(NamedTuple):
    """Something that happens once, to the next request of a kind.

    `action` is `lose` (served, and the connection dies before the answer), `silence` (served, and
    never answered), `late` (served `seconds` later), `orphan` (the connection dies, and the request
    is served `seconds` later all the same) or `refuse` (the answer is the error code `seconds`).
    """

    process: str
    """Of whose connections; of any if empty."""
    kind: str
    action: str
    seconds: float = 0.0


class Link(asyncio.Transport):
    """One connection, as the client's transport."""

    def __init__(self, network: Network, node: int, process: Process | None) -> None:
        super().__init__()
        self.network = network
        self.node = node
        self.process = process
        self.context: Context = process.context() if process else NOBODY.copy()
        self.protocol: Any = None
        self.inbox: deque[bytes] = deque()
        self.busy = False
        self.open = True
        self.silent = False
        """Nothing is answered any more."""
        self.last = {"out": 0.0, "back": 0.0}
        self.held: dict[str, list[tuple[Callable[..., None], bytes]]] = {"out": [], "back": []}

    def write(self, data: Any) -> None:
        """One whole request: the client writes no less at once."""
        if self.open:
            self.network.carry(self, "out", self.network.arrived, bytes(data[4:]))

    def close(self) -> None:
        """The client hangs up."""
        if self.open:
            self._lost(None)

    def reset(self) -> None:
        """The connection breaks."""
        if self.open:
            self._lost(ConnectionResetError("reset"))

    def _lost(self, error: Exception | None) -> None:
        self.open = False
        self.network.forget(self)
        loop = self.network.loop
        loop.call_soon(self.protocol.connection_lost, error, context=self.context)

    def is_closing(self) -> bool:
        """True once it is closed."""
        return not self.open

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Nothing is known."""
        del name
        return default

    def pause_reading(self) -> None:
        """Readers here are never behind."""

    def resume_reading(self) -> None:
        """Readers here are never behind."""


class Network:
    """All connections of a run."""

    def __init__(self, loop: Loop) -> None:
        self.loop = loop
        self.brokers: dict[int, Broker] = {}
        self.links: dict[Link, None] = {}
        self.ghosts: list[Link] = []
        """Closed by their clients, with requests still on their way."""
        self.cuts: set[tuple[str, int, str]] = set()
        """Process, broker and direction (`out`, `back`) through which nothing comes."""
        self.rules: list[Rule] = []
        self.met: list[Rule] = []
        """Rules that some request has met."""
        self.slow: dict[str, float] = {}
        """Seconds that each message of a process takes longer."""
        loop.network = self

    async def connect(self, factory: Callable[[], Any], host: str, port: int) -> tuple[Link, Any]:
        """Open a connection from the running process. Raises OSError if nobody listens."""
        del host
        process = PROCESS.get()
        node = port - PORTS
        await asyncio.sleep(self._latency(process))
        while self._cut(process, node):  # noqa: ASYNC110 - a client tries again
            await asyncio.sleep(0.5)
        broker = self.brokers[node]
        if not broker.up:
            raise ConnectionRefusedError(f"broker {node} is down")
        link = Link(self, node, process)
        link.protocol = factory()
        link.protocol.connection_made(link)
        self.links[link] = None
        return link, link.protocol

    def _latency(self, process: Process | None) -> float:
        extra = self.slow.get(process.name, 0.0) if process else 0.0
        return self.loop.chance.uniform(FASTEST, SLOWEST) + extra * self.loop.chance.random()

    def _cut(self, process: Process | None, node: int) -> bool:
        name = process.name if process else ""
        return (name, node, "out") in self.cuts or (name, node, "back") in self.cuts

    def carry(self, link: Link, way: str, deliver: Callable[..., None], data: bytes) -> None:
        """Deliver after a while, in the order of sending; hold it while the way is cut."""
        name = link.process.name if link.process else ""
        if (name, link.node, way) in self.cuts or link.held[way]:
            link.held[way].append((deliver, data))
            return
        at = max(link.last[way], self.loop.now + self._latency(link.process))
        link.last[way] = at + 1e-6
        self.loop.deliver_at(at, deliver, link, data)

    def mend(self, cuts: set[tuple[str, int, str]]) -> None:
        """End these cuts; what was held goes on its way."""
        self.cuts -= cuts
        for link in [*self.ghosts, *self.links]:
            name = link.process.name if link.process else ""
            for way, held in link.held.items():
                if (name, link.node, way) in cuts:
                    waiting = list(held)
                    held.clear()
                    for deliver, data in waiting:
                        self.carry(link, way, deliver, data)
        self.ghosts = [link for link in self.ghosts if link.held["out"]]

    def forget(self, link: Link) -> None:
        """A connection is closed; what it has sent may still arrive."""
        del self.links[link]
        if link.held["out"]:
            self.ghosts.append(link)

    def heal(self) -> None:
        """No cut, no rule, no slowness; what was held goes on its way."""
        self.rules.clear()
        self.slow.clear()
        self.mend(set(self.cuts))

    def arrived(self, link: Link, data: bytes) -> None:
        """A request has come to its broker."""
        link.inbox.append(data)
        self.serve(link)

    def serve(self, link: Link) -> None:
        """Serve what waits, if the broker is at it."""
        broker = self.brokers[link.node]
        while link.inbox and not link.busy and broker.up and not broker.asleep:
            link.busy = True
            broker.serve(link, link.inbox.popleft())

    def answer(self, link: Link, data: bytes) -> None:
        """Send an answer back; then the next request may be served."""
        link.busy = False
        if link.open and not link.silent:
            self.carry(link, "back", self._answered, data)
        self.serve(link)

    def _answered(self, link: Link, data: bytes) -> None:
        if link.open:
            self.loop.call_soon(link.protocol.data_received, data, context=link.context)

    def rule_for(self, link: Link, kind: str) -> Rule | None:
        """The first rule that this request meets; it is spent."""
        name = link.process.name if link.process else ""
        for place, rule in enumerate(self.rules):
            if rule.kind == kind and rule.process in {"", name}:
                self.met.append(rule)
                return self.rules.pop(place)
        return None

    def reset(self, process: str = "", node: int | None = None) -> None:
        """Break connections of a process, to a broker, or all."""
        for link in list(self.links):
            name = link.process.name if link.process else ""
            if (not process or name == process) and node in {None, link.node}:
                link.reset()
