"""The checker over a topology in memory: all its topics, as a reader of Kafka would push them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.partition.records import LEDGER, SNAPSHOTS
from processors.verify.whole import OUTPUT_ROLES, Topics, Verification
from projections.outputs import outputs

if TYPE_CHECKING:
    from processors.topology import Topology
    from processors.verify.whole import Report


def verified(topology: Topology) -> Report:
    """Check everything that a topology holds."""
    transfers = topology.engine.transfers_topic
    topics = Topics(LEDGER, SNAPSHOTS, transfers, {role: role for role in OUTPUT_ROLES})
    check = Verification(topics, topology.count, outputs)
    for number in range(topology.count):
        check.begin(number)
        for record in topology.logs[SNAPSHOTS][number].read():
            check.snapshot(record)
        for record in topology.logs[LEDGER][number].read():
            check.ledger(record)
        for role in OUTPUT_ROLES:
            for record in topology.logs[role][number].read():
                check.output(role, record)
        for record in topology.logs[transfers][number].read():
            check.transfer(record)
        _look_into_gaps(topology, check, number)
        wanted = check.repeated()
        for record in topology.logs[LEDGER][number].read() if wanted else ():
            check.again(record, wanted)
        check.end()
    return check.finish()


def _look_into_gaps(topology: Topology, check: Verification, number: int) -> None:
    for gap in check.gaps():
        logs = topology.logs.get(gap.topic)
        for record in logs[number].read(gap.start) if logs else ():
            if record.offset < gap.end:
                check.lies(gap.topic, record.offset)
