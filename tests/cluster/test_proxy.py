"""The proxy does to connections what the network does."""

from __future__ import annotations

import asyncio
import socketserver
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from processors.runtime.broker.config import HOST
from processors.runtime.broker.ports import free_ports
from tests.chaos.proxy import BACK, THERE, Link, Proxy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

SOON = 0.3


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    """A proxy without links."""
    with Proxy() as running:
        yield running


class Echo(socketserver.BaseRequestHandler):
    """Says again what it hears."""

    def handle(self) -> None:
        """One connection, until its end."""
        with suppress(ConnectionError):
            while heard := self.request.recv(100):
                self.request.sendall(heard)


class Echoes(socketserver.ThreadingTCPServer):
    """As many of them as there are callers."""

    allow_reuse_address = True


@pytest.fixture
def link(proxy: Proxy) -> Iterator[Link]:
    """A link to a server that says again what it hears."""
    ports = free_ports()
    with Echoes((HOST, next(ports)), Echo) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        made = proxy.link(next(ports), server.server_address[1])
        yield made
        made.reset()
        server.shutdown()
        thread.join()


class Caller:
    """One connection through a link."""

    async def call(self, link: Link) -> Caller:
        """Connect."""
        self.reader, self.writer = await asyncio.open_connection(HOST, link.port)
        return self

    async def hears(self, said: bytes) -> bool:
        """Say something. True if it comes back soon."""
        self.writer.write(said)
        return await self.late()

    async def late(self) -> bool:
        """True if something comes soon."""
        try:
            return bool(await asyncio.wait_for(self.reader.read(100), SOON))
        except TimeoutError:
            return False


@pytest.fixture
async def caller(link: Link) -> AsyncIterator[Caller]:
    """Somebody on the line."""
    caller = await Caller().call(link)
    yield caller
    caller.writer.close()


async def test_a_whole_link_passes_everything_on(caller: Caller) -> None:
    """As if it were not there."""
    assert await caller.hears(b"hello")


@pytest.mark.parametrize("ways", [(THERE,), (BACK,), ()])
async def test_what_is_cut_is_held_and_comes_later(
    link: Link, caller: Caller, ways: tuple[str, ...]
) -> None:
    """Either way, or both: nothing comes until the link is mended; then what was held does."""
    link.cut(*ways)
    assert not await caller.hears(b"hello")
    link.mend()
    assert await caller.late()


async def test_a_slow_link_takes_its_time(link: Link, caller: Caller) -> None:
    """Longer than we wait, but it arrives."""
    link.slow(SOON)
    began = time.monotonic()
    assert not await caller.hears(b"hello")
    assert await asyncio.wait_for(caller.reader.read(100), 10)
    assert time.monotonic() - began >= 2 * SOON


async def test_a_narrow_link_takes_as_long_as_there_is_to_carry(link: Link, caller: Caller) -> None:
    """A hundred bytes at a hundred bytes a second."""
    link.slow(0.0, 100)
    assert not await caller.hears(b"x" * 100)


async def test_a_reset_ends_connections_and_lets_new_ones_come(link: Link, caller: Caller) -> None:
    """Without a word, as a router does that has forgotten them."""
    assert await caller.hears(b"hello")
    link.reset()
    with pytest.raises(ConnectionError):
        await asyncio.wait_for(caller.reader.readexactly(1), 10)
    again = await Caller().call(link)
    assert await again.hears(b"hello")
    again.writer.close()


async def test_a_server_that_is_away_is_not_hidden(proxy: Proxy) -> None:
    """Who connects is cut off, as by the server's own machine."""
    ports = free_ports()
    link = proxy.link(next(ports), next(ports))
    caller = await Caller().call(link)
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await asyncio.wait_for(caller.reader.readexactly(1), 10)
    caller.writer.close()
