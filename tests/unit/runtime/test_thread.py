"""As of when a topic is known: since the question was asked whose answer the client worked off."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from aiokafka import TopicPartition
from aiokafka.consumer.subscription_state import SubscriptionState
from aiokafka.protocol.fetch import FetchRequest

from processors.runtime.thread import listening

if TYPE_CHECKING:
    from collections.abc import Callable

ORDERS, REVIEWS = TopicPartition("orders", 0), TopicPartition("orders", 1)
FETCH = FetchRequest(max_wait_time=20, min_bytes=1, max_bytes=9, isolation_level=1, topics=[
    ("orders", [(0, 5, 9), (1, 5, 9)]),
])  # fmt: skip


class Client:
    """Answers for one partition, and with an error for the other."""

    reached = 0.0

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        self.meanwhile = meanwhile

    async def send(self, node: int, request: Any) -> Any:
        """The broker looks at what it has, and answers."""
        self.reached = time.monotonic()
        self.meanwhile()
        return SimpleNamespace(node=node, asked=request, topics=[("orders", [(0, 0), (1, 6)])])


def assigned(known: SubscriptionState) -> None:
    """An assignment, as of which the client stands at an offset of each partition."""
    known.assign_from_subscribed({ORDERS, REVIEWS})
    for log in (ORDERS, REVIEWS):
        known.seek(log, 5)


async def asked(meanwhile: Callable[[SubscriptionState], object]) -> tuple[Client, dict[Any, Any]]:
    """What is known once a fetch was answered during which something happened."""
    known = SubscriptionState()
    known.subscribe({"orders"})
    assigned(known)
    client = Client(lambda: meanwhile(known))
    consumer = cast("Any", SimpleNamespace(_client=client, _subscription=known))
    heard = listening(consumer)
    await cast("Any", client.send)(1, FETCH)
    return client, heard


async def test_what_comes_to_a_log_after_it_was_asked_for_is_not_known() -> None:
    """Nor does an answer that is an error tell anything."""
    client, heard = await asked(lambda _known: None)
    assert list(heard) == [ORDERS]
    assert heard[ORDERS].at <= client.reached


@pytest.mark.parametrize("meanwhile", [assigned, lambda known: known.seek(ORDERS, 3)])
async def test_an_answer_that_the_client_drops_tells_nothing(
    meanwhile: Callable[[SubscriptionState], object],
) -> None:
    """It stands elsewhere by now, or in another assignment, if at the same offset."""
    _, heard = await asked(meanwhile)
    assert heard == {}
