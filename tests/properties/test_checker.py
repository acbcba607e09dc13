"""One changed byte, anywhere that something reads, is found; and nothing makes the checker fail."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from processors.partition.head import CHECKPOINT, HEAD_KEY
from processors.partition.records import (
    BALANCES,
    DEAD_LETTERS,
    ELIGIBILITY,
    LEDGER,
    NOTICES,
    SNAPSHOTS,
)
from tests.driver.book import book
from tests.driver.checking import verified
from tests.driver.traffic import Traffic

if TYPE_CHECKING:
    from processors.partition import Fetched
    from processors.topology import Topology

TRANSFERS = "loyalty.transfers.v1"
TIMES = 12
FREE = (b'_version":1', b'"v1"')
"""What a head says of releases and of labels, which no ledger record repeats."""


TOLD = (("aliases", "began_offset"), ("horizon_days", "ledger_offset"), ("parts", "positions"))
"""Fields of a head with what comes behind them: what the program and the settings were."""


def free(value: bytes, place: int) -> bool:
    """In a head, what the ledger does not repeat: of labels, of the program, of settings."""
    spans = [[value.find(b'"%s":' % name.encode()) for name in names] for names in TOLD]
    if any(0 <= first <= place < behind for first, behind in spans):
        return True
    return any(text in value[max(0, place - 16) : place + 16] for text in FREE)


@pytest.fixture(scope="module")
def topology() -> Topology:
    """The starter program's book after some weeks."""
    return book(Traffic(2).make(160), run_size=25)


def readable(topology: Topology, topic: str) -> list[Fetched]:
    """Records that somebody reads: of snapshots the latest of each key, checkpoints left out."""
    found: list[Fetched] = []
    for log in topology.logs[topic]:
        records = [record for record in log.read() if record.value]
        if topic == SNAPSHOTS:
            latest = {record.key: record for record in records}
            checkpoint = CHECKPOINT.encode()
            records = [r for r in latest.values() if not (r.key or b"").startswith(checkpoint)]
        found += records
    return found


def changed(value: bytes, place: int) -> bytes:
    """The same bytes but for one."""
    return value[:place] + bytes([value[place] ^ 1]) + value[place + 1 :]


def test_the_book_of_real_traffic_is_sound(topology: Topology) -> None:
    """Nothing is found where nothing was changed."""
    assert verified(topology).findings == ()


@pytest.mark.parametrize(
    "topic", [LEDGER, BALANCES, ELIGIBILITY, NOTICES, DEAD_LETTERS, TRANSFERS, SNAPSHOTS]
)
def test_one_changed_byte_is_found(topology: Topology, topic: str) -> None:
    """Whichever byte of whichever record."""
    chance = random.Random(topic)
    records = readable(topology, topic)
    for _ in range(TIMES):
        record = chance.choice(records)
        value = record.value or b""
        place = chance.randrange(len(value))
        if record.key == HEAD_KEY and free(value, place):
            continue
        log = topology.logs[topic][record.partition]
        log.records[record.offset] = record._replace(value=changed(value, place))
        report = verified(topology)
        log.records[record.offset] = record
        assert not report.holds, f"{record.key!r} {value[max(0, place - 30) : place + 10]!r}"
