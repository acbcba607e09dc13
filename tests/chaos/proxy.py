"""A TCP proxy on the loopback: links that can be cut one way or both, slowed, narrowed and reset.

A link that is cut holds what is on its way, as a network does that loses packets which are sent
again: what was held arrives once it is mended, unless somebody has given up meanwhile.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from contextlib import suppress
from typing import Self

from processors.runtime.broker.config import HOST

AT_ONCE = struct.pack("ii", 1, 0)
"""Lingering for no time, a socket is reset instead of closed."""
PIECE = 64 * 1024
THERE, BACK = "there", "back"
"""From the client to the server, and the other way."""


class Link:
    """Connections to one server by one way. What is done to it may be done from any thread."""

    def __init__(self, port: int, target: int, loop: asyncio.AbstractEventLoop) -> None:
        self.port = port
        self.target = target
        self.loop = loop
        self.closed: set[str] = set()
        """The ways that nothing gets through."""
        self.delay_seconds = 0.0
        self.bytes_per_second = 0
        """Of each connection in each direction; 0: as fast as it goes."""
        self.mended = asyncio.Event()
        self.lines: set[asyncio.StreamWriter] = set()

    def cut(self, *ways: str) -> None:
        """Hold what goes these ways; both, if none is named."""
        self.loop.call_soon_threadsafe(self.closed.update, ways or (THERE, BACK))

    def slow(self, delay_seconds: float, bytes_per_second: int = 0) -> None:
        """Make every piece wait, and then for its size."""
        self.delay_seconds, self.bytes_per_second = delay_seconds, bytes_per_second

    def mend(self) -> None:
        """As if nothing had ever been wrong."""
        self.slow(0.0)
        self.loop.call_soon_threadsafe(self._mend)

    def reset(self) -> None:
        """Every connection ends at once, without a word."""
        self.loop.call_soon_threadsafe(self.drop)

    def _mend(self) -> None:
        self.closed.clear()
        self.mended.set()
        self.mended = asyncio.Event()

    def drop(self) -> None:
        """The same, in the loop."""
        for line in list(self.lines):
            with suppress(OSError):  # it may be closed already
                own = line.get_extra_info("socket")
                own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
            line.transport.abort()

    async def serve(self, client: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
        """One connection, until either side closes it."""
        try:
            server, ask = await asyncio.open_connection(HOST, self.target)
        except OSError:
            answer.transport.abort()
            return
        self.lines |= {answer, ask}
        try:
            await asyncio.gather(self._pump(client, ask, THERE), self._pump(server, answer, BACK))
        finally:
            self.lines -= {answer, ask}
            answer.transport.abort()
            ask.transport.abort()

    async def _pump(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, way: str
    ) -> None:
        """Pass on what comes, as the link is at that moment."""
        with suppress(OSError):
            while piece := await source.read(PIECE):
                await self._passing(way, len(piece))
                sink.write(piece)
                await sink.drain()
        sink.transport.abort()

    async def _passing(self, way: str, size: int) -> None:
        """What it costs to get through."""
        if self.delay_seconds:
            await asyncio.sleep(self.delay_seconds)
        if self.bytes_per_second:
            await asyncio.sleep(size / self.bytes_per_second)
        while way in self.closed:
            await self.mended.wait()


class Proxy(threading.Thread):
    """Serves links in a thread of its own, while its context lasts."""

    def __init__(self) -> None:
        super().__init__(name="proxy", daemon=True)
        self.loop = asyncio.new_event_loop()
        self.serving: list[tuple[Link, asyncio.Server]] = []

    def run(self) -> None:
        """Until it is left."""
        self.loop.run_forever()
        self.loop.run_until_complete(self._close())
        self.loop.close()

    async def _close(self) -> None:
        for link, server in self.serving:
            server.close()
            link.drop()
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
        await asyncio.sleep(0)  # sockets close in the loop's next turn

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.join()

    def link(self, port: int, target: int) -> Link:
        """A new link from a port to another."""
        link = Link(port, target, self.loop)
        serving = asyncio.start_server(link.serve, HOST, port)
        server = asyncio.run_coroutine_threadsafe(serving, self.loop).result()
        self.serving.append((link, server))
        return link
