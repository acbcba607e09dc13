"""A ledger that says something else, and is whole all the same: only the books can tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.partition.head import DECODER as HEADS
from processors.partition.head import ENCODER as HEAD
from processors.partition.head import HEAD_KEY
from processors.partition.records import LEDGER, SNAPSHOTS
from schemas.chain import Chain
from schemas.ledger import encode
from schemas.upcasts import read_record

if TYPE_CHECKING:
    from collections.abc import Callable

    from processors.partition.head import Head
    from processors.topology import Topology
    from schemas.ledger import LedgerRecord


def forge(topology: Topology, number: int, change: Callable[[LedgerRecord], None]) -> None:
    """Change records of a ledger, and every hash after them, up to what the head says."""
    log, chain, links = topology.logs[LEDGER][number], Chain(), {}
    for fetched in log.read():
        record = read_record(fetched.value or b"")
        change(record)
        links[record.seq] = record.prev = chain.prev
        value = encode(record)
        log.records[fetched.offset] = fetched._replace(value=value)
        assert chain.accept(record.seq, record.prev, value)

    def sealed(head: Head) -> None:
        head.prev = chain.prev
        if head.tail is not None:
            head.tail = head.tail._replace(prev=links[head.tail.seq])

    forge_head(topology, number, sealed)


def forge_head(topology: Topology, number: int, change: Callable[[Head], None]) -> None:
    """Change the latest head of a partition."""
    log = topology.logs[SNAPSHOTS][number]
    fetched = [record for record in log.read() if record.key == HEAD_KEY][-1]
    head = HEADS.decode(fetched.value or b"")
    change(head)
    log.records[fetched.offset] = fetched._replace(value=HEAD.encode(head))
