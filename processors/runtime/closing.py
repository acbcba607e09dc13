"""Closing the clients of aiokafka."""

from __future__ import annotations

import asyncio
from typing import Any


async def closed(client: Any) -> None:
    """Stop a client. Raises CancelledError only if whoever asked for it is cancelled.

    A client that is stopped while it waits to ask a broker again, one that is away say, ends with
    the cancellation of its own task. Let through, that would silently end the task of ours that
    asked: a partition would never be taken over.
    """
    try:
        await client.stop()
    except asyncio.CancelledError:
        asking = asyncio.current_task()
        if asking is not None and asking.cancelling():
            raise
