"""A client of aiokafka is closed, and whose cancellation that ends with."""

from __future__ import annotations

import asyncio

import pytest

from processors.runtime.closing import closed


class Stumbling:
    """A client that ends with the cancellation of its own task."""

    async def stop(self) -> None:
        """As a fetcher is stopped that waits to ask again."""
        task = asyncio.create_task(asyncio.sleep(60))
        await asyncio.sleep(0)
        task.cancel()
        await task


class Slow:
    """A client that takes its time."""

    async def stop(self) -> None:
        """For ever."""
        await asyncio.Event().wait()


async def test_a_clients_own_cancellation_stays_with_it() -> None:
    """Whoever asked goes on."""
    asking = asyncio.create_task(closed(Stumbling()))
    await asking
    assert not asking.cancelled()


async def test_whoever_asks_can_be_cancelled() -> None:
    """Then nobody waits for the client."""
    asking = asyncio.create_task(closed(Slow()))
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
