"""What late inputs are decided with, read back from simulated brokers by the real client."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from processors.partition import HistoryWanted
from processors.runtime import history
from processors.runtime.history import Histories
from processors.topology import Topology
from tests.driver.busy import busy
from tests.driver.toy import TOPIC, engine
from tests.simulator.cluster import Cluster
from tests.simulator.log import batch_of
from tests.simulator.loop import NOBODY, Loop, Process, simulated
from tests.simulator.plan import Plan
from tests.simulator.settings import settings_of

if TYPE_CHECKING:
    from collections.abc import Sequence

PARTITIONS = 2
Read = dict[str, list[bytes]]


def told() -> Topology:
    """Some busy members, decided in small runs."""
    topology = Topology(engine(), PARTITIONS, run_size=7)
    for who, value, timestamp in busy(5, 120):
        topology.send(TOPIC, who.encode(), value, timestamp=timestamp)
    topology.pump()
    return topology


def kept(topology: Topology, loop: Loop) -> Cluster:
    """Its ledger on a broker, each record a batch of its own.

    Where a run ended somebody has left a copy of its last record, which continues no chain.
    """
    cluster = Cluster(loop, 1)
    cluster.create("loyalty.ledger.v1", PARTITIONS)
    for number, logged in enumerate(topology.logs["ledger"]):
        log = cluster.log(("loyalty.ledger.v1", number))
        last = None
        for record in logged.records:
            last = record or last
            assert last is not None
            log.append(batch_of([(last.timestamp, last.key, last.value, ())]), None)
    return cluster


def read(topology: Topology, asked: Sequence[tuple[int, list[HistoryWanted]]]) -> list[Read]:
    """What one reader finds of what it is asked for, one after the other."""
    loop = Loop(1, 1_798_000_000.0)
    cluster = kept(topology, loop)
    histories = Histories(settings_of(Plan(1, partitions=PARTITIONS), cluster))

    found: list[Read] = []

    async def main() -> None:
        NOBODY.copy().run(cluster.start)
        await loop.spawn(Process("worker"), every())

    async def every() -> None:
        for number, wanted in asked:
            found.append(await histories.read(number, wanted))
        await histories.close()

    try:
        with simulated(loop):
            loop.run_until_complete(main())
    finally:
        loop.bury()
    return found


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("fetch_bytes", [1, 256 * 1024])
def test_a_history_is_all_that_was_asked_for(
    fetch_bytes: int, monkeypatch: pytest.MonkeyPatch, *, whole: bool
) -> None:
    """However little comes at once, whoever else asks with it, and whoever asked before.

    Accounts one by one, then all of a partition, then all of them again.
    """
    monkeypatch.setattr(history, "FETCH_BYTES", fetch_bytes)
    topology = told()
    asked: list[tuple[int, list[HistoryWanted]]] = []
    for number, partition in enumerate(topology.partitions):
        trails = sorted(partition.store.trails.items())
        wants = [HistoryWanted(name, trail.offsets(), whole) for name, trail in trails]
        asked += [*((number, [want]) for want in wants), (number, wants), (number, wants)]
    expected = [
        {want.account: topology.history(number, want) for want in wants} for number, wants in asked
    ]
    assert len(expected) > 2 * PARTITIONS
    assert read(topology, asked) == expected


@pytest.mark.parametrize("whole", [False, True])
def test_a_ledger_that_has_lost_its_end_is_not_waited_for_for_ever(*, whole: bool) -> None:
    """A record that was there is not there any more: whoever asked must see to that."""
    topology = told()
    end = len(topology.logs["ledger"][0].records)
    with pytest.raises(TimeoutError):
        read(topology, [(0, [HistoryWanted("m1", (end,), whole)])])
