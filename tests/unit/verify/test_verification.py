"""The checker finds what was planted, and nothing where nothing was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from processors.partition.head import HEAD_KEY
from processors.partition.records import BALANCES, DEAD_LETTERS, LEDGER, SNAPSHOTS
from processors.topology import Topology
from tests.driver.bank import engine
from tests.driver.busy import START, busy
from tests.driver.checking import verified
from tests.driver.toy import DAY, TOPIC

if TYPE_CHECKING:
    from processors.partition import Fetched
    from processors.topology import Log

TRANSFERS = "loyalty.transfers.v1"


def played(seed: int = 7, run_size: int = 40) -> Topology:
    """Busy toy traffic with points, folded to its end."""
    topology = Topology(engine(), 3, run_size)
    for who, value, timestamp in busy(seed):
        topology.send(TOPIC, who.encode(), value, timestamp=timestamp)
    topology.pump()
    topology.advance(START + 400 * DAY)
    return topology


def ids(topology: Topology) -> set[str]:
    """Ids of all findings."""
    return {finding.id for finding in verified(topology).findings}


def last(log: Log) -> Fetched:
    """The last record of a log."""
    return list(log.read())[-1]


def test_a_sound_deployment_has_no_findings() -> None:
    """Everything is compared, and the points add up."""
    report = verified(played())
    assert report.findings == ()
    assert report.records > 300
    assert report.transfers > 10
    assert report.outputs[BALANCES] > 200
    assert report.outputs[DEAD_LETTERS] > 5
    assert report.accounts == report.snapshots == 12
    assert sum(report.units["points"].values()) == 0
    assert report.units["points"]["in_transit"] == 0


@pytest.mark.parametrize("place", [0, 1, -1])
def test_one_changed_byte_of_the_ledger_is_found(place: int) -> None:
    """At the start, within, and in the very last record, whose hash only the head knows."""
    topology = played()
    log = topology.logs[LEDGER][1]
    record = list(log.read())[place]
    value = (record.value or b"").replace(b'"outcome":"', b'"outcome": "', 1)
    log.records[record.offset] = record._replace(value=value)
    assert "V3 chain" in ids(topology)


def test_one_changed_byte_of_a_balance_is_found() -> None:
    """A figure that no ledger record says."""
    topology = played()
    log = topology.logs[BALANCES][0]
    record = last(log)
    value = (record.value or b"").replace(b'"pending":"0"', b'"pending":"1"')
    log.records[record.offset] = record._replace(value=value)
    assert ids(topology) == {"O4 bytes"}


def test_one_changed_byte_of_a_snapshot_is_found() -> None:
    """State that no fold leads to."""
    topology = played()
    log = topology.logs[SNAPSHOTS][0]
    record = next(r for r in reversed(list(log.read())) if (r.key or b"")[:1] != b"~")
    value = (record.value or b"").replace(b'"sum":', b'"sum":1', 1)
    log.records[record.offset] = record._replace(value=value)
    assert ids(topology) == {"D1 snapshot"}


def test_a_snapshot_that_went_back_is_found() -> None:
    """What it lacks lies before the ledger's tail, so a recovery would lose it."""
    topology = played()
    log = topology.logs[SNAPSHOTS][0]
    found: dict[bytes | None, list[Fetched]] = {}
    for record in log.read():
        found.setdefault(record.key, []).append(record)
    several = next(records for key, records in found.items() if key != HEAD_KEY and records[1:])
    log.records[several[-1].offset] = None
    assert ids(topology) == {"D1 snapshot"}


def test_one_missing_transfer_is_found() -> None:
    """Decided, and received as if it had been there; but it is not."""
    topology = played()
    log = topology.logs[TRANSFERS][2]
    log.records[last(log).offset] = None
    assert "T1 missing" in ids(topology)


def test_one_changed_transfer_is_found() -> None:
    """Another amount than the one decided."""
    topology = played()
    log = topology.logs[TRANSFERS][2]
    record = last(log)
    value = (record.value or b"").replace(b'"data":', b'"data":9', 1)
    log.records[record.offset] = record._replace(value=value)
    assert ids(topology) == {"T1 bytes"}


@pytest.mark.parametrize("part", ["key", "header"])
def test_a_balance_that_differs_beside_its_value_is_found(part: str) -> None:
    """Readers go by the key, and by the time and the type that the headers say."""
    topology = played()
    log = topology.logs[BALANCES][0]
    record = last(log)
    headers = tuple((dict(record.headers) | {"ce_time": b"2026-01-01T00:00:00Z"}).items())
    other = record._replace(key=b"m999") if part == "key" else record._replace(headers=headers)
    log.records[record.offset] = other
    assert ids(topology) == {"O4 bytes"}


def test_bytes_that_are_no_record_are_found_in_the_ledger() -> None:
    """Whoever put them there, nobody can say what they mean."""
    topology = played()
    log = topology.logs[LEDGER][0]
    log.records.append(last(log)._replace(offset=len(log.records), value=b"{"))
    assert "V3 unreadable" in ids(topology)


def test_a_transfer_in_other_words_is_found() -> None:
    """The same data, not as it is written."""
    topology = played()
    log = topology.logs[TRANSFERS][2]
    record = last(log)
    value = (record.value or b"").replace(b"{", b"{ ", 1)
    log.records[record.offset] = record._replace(value=value)
    assert ids(topology) == {"T1 bytes"}


def test_all_findings_are_counted() -> None:
    """Also those of a kind of which the first ones were enough."""
    topology = played()
    log = topology.logs[BALANCES][0]
    for record in list(log.read())[:40]:
        value = (record.value or b"").replace(b'"debt":"0"', b'"debt":"5"')
        log.records[record.offset] = record._replace(value=value)
    report = verified(topology)
    assert (report.total, len(report.findings)) == (40, 25)


def test_a_repeated_balance_with_the_same_bytes_is_harmless() -> None:
    """Recovery may publish again."""
    topology = played()
    log = topology.logs[BALANCES][0]
    log.records.append(next(log.read())._replace(offset=len(log.records)))
    report = verified(topology)
    assert (report.findings, report.repeats) == ((), 1)


def test_a_repeated_balance_with_other_bytes_is_found() -> None:
    """However long ago the original was."""
    topology = played()
    log = topology.logs[BALANCES][0]
    record = next(log.read())
    value = (record.value or b"").replace(b'"debt":"0"', b'"debt":"5"')
    log.records.append(record._replace(offset=len(log.records), value=value))
    found = verified(topology).findings
    assert [(f.id, f.place.offset) for f in found] == [("O4 bytes", len(log.records) - 1)]


@pytest.mark.parametrize("place", [0, 5, -1])
def test_a_missing_balance_is_found(place: int) -> None:
    """A compacted topic may lack what a later record replaced, but not with others beside it."""
    topology = played()
    log = topology.logs[BALANCES][0]
    records = list(log.read())
    del records[place]
    log.records = [r._replace(offset=n) for n, r in enumerate(records)]
    assert "O4 missing" in ids(topology)


def test_compaction_is_no_fault() -> None:
    """Only the latest balance of each member is left, each at its old offset."""
    topology = played()
    for log in topology.logs[BALANCES]:
        latest = {record.key: record.offset for record in log.read()}
        kept = set(latest.values())
        log.records = [r if r and r.offset in kept else None for r in log.records]
    report = verified(topology)
    assert report.findings == ()
    assert report.removed > 150


def test_a_stranger_among_the_balances_is_found() -> None:
    """A balance that follows from no record."""
    topology = played()
    log = topology.logs[BALANCES][0]
    record = last(log)
    headers = [(name, b"x" if name == "ce_id" else value) for name, value in record.headers]
    log.records.append(record._replace(offset=len(log.records), headers=headers))
    assert ids(topology) == {"V5 stranger"}


def test_a_skipped_input_is_found() -> None:
    """The ledger went past an input that lies in its topic."""
    topology = Topology(engine(), 1, 40)
    for who, value, timestamp in busy(3):
        topology.send(TOPIC, who.encode(), value, timestamp=timestamp)
    log = topology.logs[TOPIC][0]
    hidden = log.records[50]
    log.records[50] = None
    topology.pump()
    log.records[50] = hidden
    found = verified(topology).findings
    assert [(f.id, f.place) for f in found] == [("O1 skipped", (TOPIC, 0, 50))]


def test_a_missing_dead_letter_is_found() -> None:
    """What could not be read was set aside, and must be there."""
    topology = played()
    log = topology.logs[DEAD_LETTERS][0]
    log.records[last(log).offset] = None
    assert ids(topology) == {"O4 missing"}


@pytest.mark.parametrize("part", ["reason", "stage"])
def test_a_dead_letter_for_another_reason_is_found(part: str) -> None:
    """It says why the input was set aside, as the ledger does."""
    topology = played()
    log = topology.logs[DEAD_LETTERS][0]
    record = last(log)
    headers = dict(record.headers) | {f"loyalty.dlq.{part}": b"none"}
    log.records[record.offset] = record._replace(headers=tuple(headers.items()))
    assert ids(topology) == {"O4 bytes"}


def test_a_record_of_a_stale_writer_is_ignored_and_counted() -> None:
    """By the accept rule it is not part of the ledger."""
    topology = played()
    log = topology.logs[LEDGER][0]
    log.records.append(next(log.read())._replace(offset=len(log.records)))
    report = verified(topology)
    assert (report.findings, report.ignored) == ((), 1)
