"""Transfers that were sent twice are known, also after a recovery."""

from __future__ import annotations

from processors.partition.records import SNAPSHOTS
from tests.driver.busy import busy, played

TRANSFERS = "loyalty.transfers.v1"


def test_a_repeat_does_not_lower_what_a_recovery_knows() -> None:
    """Given an old transfer again at the end, the ledger alone still says what was the highest."""
    topology = played(busy(5), partitions=2)
    for log in topology.logs[TRANSFERS]:
        first = next(log.read())
        log.records.append(first._replace(offset=len(log.records)))
    topology.pump()
    before = [dict(partition.transfers) for partition in topology.partitions]
    for number, log in enumerate(topology.logs[SNAPSHOTS]):
        log.records.clear()
        topology.restart(number)
    assert [partition.transfers for partition in topology.partitions] == before
    assert all(before)
