"""The simulated broker is held against a real one: the same scripts, the same observations."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from tests.faults import fault
from tests.simulator.cluster import Cluster
from tests.simulator.loop import NOBODY, Loop, Process, simulated
from tests.simulator.network import PORTS
from tests.simulator.scripts import (
    SCRIPTS,
    a_late_end_meets_the_next_transaction,
    a_transaction_grows_too_old,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    Script = Callable[[str, str], Coroutine[Any, Any, list[Any]]]

PARTITIONS = 3


def in_simulation(script: Script, brokers: int) -> list[Any]:
    """What the script observes of simulated brokers."""
    loop = Loop(1, 1_798_000_000.0)
    cluster = Cluster(loop, brokers)
    cluster.create("topic", PARTITIONS)
    servers = ",".join(f"broker-{number}:{PORTS + number}" for number in cluster.brokers)

    async def main() -> list[Any]:
        NOBODY.copy().run(cluster.start)
        client = Process("client")
        client.stamps = True
        return list(await loop.spawn(client, script(servers, "topic")))

    try:
        with simulated(loop):
            return loop.run_until_complete(main())
    finally:
        loop.bury()


async def for_real(script: Script, servers: str, topic: str) -> list[Any]:
    """What the script observes of a real broker."""
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, PARTITIONS, 1)])
    finally:
        await admin.close()
    return list(await asyncio.wait_for(script(servers, topic), 60))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.__name__)
def test_clients_observe_the_same(script: Script, kafka: str, prefix: str) -> None:
    """Whatever a script sees on a real broker it sees in the simulation, of one broker or three."""
    real = asyncio.run(for_real(script, kafka, f"{prefix}c"))
    assert in_simulation(script, 1) == real
    assert in_simulation(script, 3) == real


@fault("F16", checks="V5")
def test_a_late_commit_does_end_a_later_transaction(kafka: str, prefix: str) -> None:
    """The danger is real: half of a run can be committed, and so the worker must not go on."""
    seen = asyncio.run(for_real(a_late_end_meets_the_next_transaction, kafka, f"{prefix}l"))
    assert b"half" in {value for _, value in seen[1][2:]}


@fault("F20", checks="L2")
def test_an_old_transaction_is_aborted(kafka: str, prefix: str) -> None:
    """The coordinator's patience ends, and the commit that comes then is refused."""
    seen = asyncio.run(for_real(a_transaction_grows_too_old, kafka, f"{prefix}o"))
    assert seen[0] != "done"
