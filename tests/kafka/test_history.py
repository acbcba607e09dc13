"""Histories read back from a real ledger: by their offsets, or all that an account has."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from processors.partition import HistoryWanted
from processors.runtime.history import Histories
from processors.runtime.settings import Settings
from tests.driver.busy import busy
from tests.driver.copied import Recorded, copy
from tests.driver.toy import TOPIC, engine

if TYPE_CHECKING:
    from processors.topology import Topology


def told(partitions: int) -> Recorded:
    """Some busy members, every run a transaction of its own."""
    topology = Recorded(engine(), partitions, run_size=7)
    for who, value, timestamp in busy(5):
        topology.send(TOPIC, who.encode(), value, timestamp=timestamp)
    topology.pump()
    return topology


def wants(topology: Topology, number: int, *, whole: bool) -> list[HistoryWanted]:
    """Everything that the accounts of a partition list."""
    trails = topology.partitions[number].store.trails
    return [HistoryWanted(name, trail.offsets(), whole) for name, trail in sorted(trails.items())]


def test_what_is_read_is_what_was_written(kafka: str, prefix: str) -> None:
    """By offsets, and again from what is still near; and by reading all from the beginning."""
    topology = told(2)
    settings = Settings(broker=kafka, input_prefix=prefix, output_prefix=prefix, partitions=2)

    async def check() -> None:
        await copy(topology, kafka, prefix)
        histories = Histories(settings)
        try:
            for number in range(2):
                for whole in (False, False, True):
                    wanted = wants(topology, number, whole=whole)
                    expected = {want.account: topology.history(number, want) for want in wanted}
                    assert await histories.read(number, wanted) == expected
        finally:
            await histories.close()

    asyncio.run(check())
