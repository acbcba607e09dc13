"""As of when a topic is known: since the question that was answered was asked."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any, cast

from aiokafka.protocol.fetch import FetchRequest

from processors.runtime.thread import listening


class Client:
    """Answers for one partition, and not for the other."""

    reached = 0.0

    async def send(self, node: int, request: Any) -> Any:
        """The broker looks at what it has, and answers."""
        self.reached = time.monotonic()
        return SimpleNamespace(node=node, asked=request, topics=[("orders", [(0, 0), (1, 6)])])


async def test_what_comes_to_a_log_after_it_was_asked_for_is_not_known() -> None:
    """Nor does an answer that is an error tell anything."""
    client = Client()
    heard = listening(cast("Any", SimpleNamespace(_client=client)))
    await cast("Any", client.send)(1, object.__new__(FetchRequest))
    assert list(heard) == [("orders", 0)]
    assert heard["orders", 0] <= client.reached
