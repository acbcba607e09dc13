"""`ledger verify` reads all there is, and tells what the checker finds in it."""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from typing import TYPE_CHECKING

import pytest

from processors.partition.records import (
    BALANCES,
    DEAD_LETTERS,
    ELIGIBILITY,
    LEDGER,
    NOTICES,
    SNAPSHOTS,
)
from processors.runtime import verifying
from processors.runtime.faults import Fault
from processors.runtime.verifying import Verifier
from processors.topology import Topology
from processors.verify.whole import OUTPUT_ROLES, Topics
from projections.outputs import outputs
from tests.driver.bank import engine
from tests.driver.busy import START, busy
from tests.driver.checking import verified
from tests.driver.listed import Growing, Listed
from tests.driver.toy import DAY, TOPIC

if TYPE_CHECKING:
    from collections.abc import Callable

    from processors.partition import Fetched
    from processors.topology import Log
    from processors.verify.whole import Report

TRANSFERS = "loyalty.transfers.v1"
LAST = 2
"""The last partition."""


@pytest.fixture(autouse=True)
def _settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing has to settle in memory."""
    monkeypatch.setattr(verifying, "SETTLING_SECONDS", 0.0)


def topology_of(run_size: int = 40, hidden: tuple[int, ...] = ()) -> Topology:
    """Busy toy traffic with points; some inputs of the last partition come out when all is done."""
    topology = Topology(engine(), 3, run_size)
    for who, value, timestamp in busy(7):
        topology.send(TOPIC, who.encode(), value, timestamp=timestamp)
    records = topology.logs[TOPIC][LAST].records
    out = {place: records[place] for place in hidden}
    for place in hidden:
        records[place] = None
    topology.pump()
    topology.advance(START + 400 * DAY)
    for place, record in out.items():
        records[place] = record
    return topology


@cache
def _played() -> Topology:
    return topology_of()


def log_of(topology: Topology, topic: str) -> Log:
    """The last partition of a topic."""
    return topology.logs[topic][LAST]


def latest(log: Log) -> Fetched:
    """The last record that bears bytes."""
    return [record for record in log.read() if record.value][-1]


def nothing(topology: Topology) -> None:
    """As it is."""
    del topology


def gone(topic: str) -> Callable[[Topology], None]:
    """The last record is not there."""

    def change(topology: Topology) -> None:
        log = log_of(topology, topic)
        log.records[latest(log).offset] = None

    return change


def other(topic: str, was: bytes, now: bytes) -> Callable[[Topology], None]:
    """The last record says something else."""

    def change(topology: Topology) -> None:
        log = log_of(topology, topic)
        record = latest(log)
        assert was in (record.value or b"")
        value = (record.value or b"").replace(was, now, 1)
        log.records[record.offset] = record._replace(value=value)

    return change


def again(was: bytes, now: bytes) -> Callable[[Topology], None]:
    """The first balance lies there once more."""

    def change(topology: Topology) -> None:
        log = log_of(topology, BALANCES)
        record = next(log.read())
        value = (record.value or b"").replace(was, now, 1)
        log.records.append(record._replace(offset=len(log.records), value=value))

    return change


def strange(topology: Topology) -> None:
    """A balance that follows from nothing."""
    log = log_of(topology, BALANCES)
    log.records.append(latest(log)._replace(offset=len(log.records), headers=(("ce_id", b"x"),)))


async def told(topology: Topology) -> Report:
    """What `ledger verify` tells."""
    topics = Topics(LEDGER, SNAPSHOTS, TRANSFERS, {role: role for role in OUTPUT_ROLES})
    return await Verifier(Listed(topology), topics, outputs).run()


SPOILT: dict[str, tuple[Callable[[Topology], None], str]] = {
    "a ledger record is another": (other(LEDGER, b'"outcome":"', b'"outcome": "'), "V3 chain"),
    "a balance is another": (other(BALANCES, b'"debt":"0', b'"debt":"5'), "O4 bytes"),
    "a balance is missing": (gone(BALANCES), "O4 missing"),
    "a dead letter is missing": (gone(DEAD_LETTERS), "O4 missing"),
    "a transfer is missing": (gone(TRANSFERS), "T1 missing"),
    "a transfer is another": (other(TRANSFERS, b'"data":', b'"data":9'), "T1 bytes"),
    "a head is another": (other(SNAPSHOTS, b'"next_seq":', b'"next_seq":9'), "V3 chain"),
    "a balance repeats with other bytes": (again(b'"debt":"0', b'"debt":"5'), "O4 bytes"),
    "a balance of nobody": (strange, "V5 stranger"),
    "nothing": (nothing, ""),
    "a balance repeats": (again(b"{", b"{"), ""),
}


@pytest.mark.parametrize("name", SPOILT)
async def test_what_the_checker_finds_is_told(name: str) -> None:
    """Given a fault in the last partition of a topic, the report is the checker's."""
    change, says = SPOILT[name]
    topology = deepcopy(_played())
    change(topology)
    report = await told(topology)
    assert report == verified(topology)
    assert report.holds == (not says)
    assert not says or says in {one.id for one in report.findings}


async def test_inputs_that_were_passed_over_are_told_each() -> None:
    """Given one beside a marker, which is nobody's input, and one alone."""
    topology = topology_of(hidden=(5, 6, 11))
    records = topology.logs[TOPIC][LAST].records
    records[6] = None
    report = await told(topology)
    assert [(one.id, one.place.offset) for one in report.findings] == [
        ("O1 skipped", 5),
        ("O1 skipped", 11),
    ]


async def test_a_ledger_that_grows_meanwhile_has_no_fault() -> None:
    """What came behind the head that was found is not judged, and that is said."""
    topology = Topology(engine(), 3, 10)
    for who, value, timestamp in busy(7):
        topology.send(TOPIC, who.encode(), value, timestamp=timestamp)
    for number in range(3):
        topology.run(number)
    topics = Topics(LEDGER, SNAPSHOTS, TRANSFERS, {role: role for role in OUTPUT_ROLES})
    report = await Verifier(Growing(topology, 6), topics, outputs).run()
    assert report.findings == ()
    assert report.live
    topology.pump()
    report = await told(topology)
    assert (report.findings, report.live) == ((), False)


async def test_topics_of_other_counts_are_refused() -> None:
    """Nothing could be compared."""
    topology = deepcopy(_played())
    for topic in (NOTICES, ELIGIBILITY):
        del topology.logs[topic][LAST]
        with pytest.raises(Fault, match=f"{topic} has 2 partitions, not 3"):
            await told(topology)
        topology = deepcopy(_played())
