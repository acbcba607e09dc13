"""Whatever the checker can find is planted once, in a ledger that is whole by its hashes."""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from msgspec import UNSET, Raw
from msgspec.structs import replace

from processors.accounts.account import ENCODER, Account, Totals
from processors.partition import Fetched
from processors.partition.head import HEAD_KEY, checkpoint_key
from processors.partition.reading import CLOCK
from processors.partition.records import LEDGER, SNAPSHOTS
from processors.partition.trail import DECODER as TRAILS
from processors.partition.trail import ENCODER as TRAIL
from processors.partition.trail import Trail
from processors.topology import Topology
from schemas.ledger import Leg
from schemas.transfers import DECODER, Transfer
from schemas.upcasts import read_record
from tests.driver.bank import LOT, SORTED, engine
from tests.driver.book import book
from tests.driver.busy import START, busy
from tests.driver.checking import verified
from tests.driver.forging import forge, forge_head
from tests.driver.toy import DAY, TOPIC
from tests.driver.traffic import Traffic

if TYPE_CHECKING:
    from collections.abc import Callable

    from processors.partition.head import Head
    from processors.partition.unsaved import Place
    from processors.topology import Log
    from schemas.ledger import LedgerRecord

    Forgery = Callable[[LedgerRecord], None]

TRANSFERS = "loyalty.transfers.v1"


@cache
def _played() -> Topology:
    topology = Topology(engine(), 3, 40)
    for who, value, timestamp in busy(7):
        topology.send(TOPIC, who.encode(), value, timestamp=timestamp)
    topology.pump()
    topology.advance(START + 400 * DAY)
    return topology


@pytest.fixture
def topology() -> Topology:
    """Busy toy traffic with points, folded to its end; each test may spoil its own."""
    return deepcopy(_played())


def found(topology: Topology) -> str:
    """All findings, a line each."""
    return "\n".join(f"{f.id}: {f.what}; {f.expected}" for f in verified(topology).findings)


def last_entry(topology: Topology) -> int:
    """The sequence of the last record that moves points, after others of its account."""
    return [one.seq for one in records(topology) if one.entries and one.member_sequence != 1][-1]


def records(topology: Topology) -> list[LedgerRecord]:
    """The ledger of the partition that is spoilt."""
    return [read_record(one.value or b"") for one in topology.logs[LEDGER][0].read()]


def spoil(topology: Topology, seq: int, change: Forgery) -> None:
    """Forge one record."""
    forge(topology, 0, lambda record: change(record) if record.seq == seq else None)


def legs(*legs: Leg, **said: object) -> Forgery:
    """Other legs, or another kind or amount."""

    def change(record: LedgerRecord) -> None:
        entry = record.entries[0]
        parts: dict[str, object] = {"legs": (*entry.legs, *legs)} | said
        record.entries = (replace(entry, **parts),)

    return change


def without_changes(record: LedgerRecord) -> None:
    """The lot that the entry moves stays as it was."""
    record.changes = tuple(one for one in record.changes if one.collection != "lots")


def overdrawn(record: LedgerRecord) -> None:
    """A lot that holds less than nothing."""
    lot = next(one for one in record.changes if one.collection == "lots")
    said = msgspec.json.decode(lot.value) | {"pending": -3}
    others = tuple(one for one in record.changes if one is not lot)
    record.changes = (*others, replace(lot, value=Raw(SORTED.encode(said))))


def no_sequence(record: LedgerRecord) -> None:
    """Points move, and no reader of balances would know."""
    record.member_sequence = None


def leapt(record: LedgerRecord) -> None:
    """A number is left out."""
    assert record.member_sequence is not None
    record.member_sequence += 1


def other_balance(figures: dict[str, object]) -> Forgery:
    """A published balance that the entries do not lead to."""

    def change(record: LedgerRecord) -> None:
        assert isinstance(record.balance, Raw)
        balance = msgspec.json.decode(record.balance)
        record.balance = Raw(SORTED.encode(balance | {"balances": figures}))

    return change


def waits_nowhere(record: LedgerRecord) -> None:
    """It says that its input waits, and no account has it."""
    record.outcome = "parked"


@pytest.mark.parametrize(
    ("forgery", "says"),
    [
        (legs(Leg("issuer", "available", 0, LOT)), "C1 legs: points.transferred has an empty leg"),
        (legs(legs=()), "C1 legs: points.transferred has an empty leg"),
        (legs(legs=()), "C6 transit: 13 points are in transit and no transfer is on its way"),
        (legs(kind="points.earned", amount=-1), "C1 legs: points.earned is negative"),
        (legs(kind="points.earned", amount=10**6), "C1 legs: points.earned says 1000000, its legs"),
        (legs(Leg("issuer", "available", 7, LOT)), "C3 lots: m6 has [542, 0, 0] points"),
        (waits_nowhere, "was parked or forwarded, and waits in no account; one settlement"),
        (without_changes, "C3 lots: m6 has [535, 0, 0] points"),
        (overdrawn, "C4 lot: lot all is (535, -3, 0)"),
        (no_sequence, "V1 sequence: entries without a sequence"),
        (leapt, "V1 sequence: m6 has member sequence 31; 30"),
        (other_balance({}), "C3 balance: the balance of m6 lacks points"),
        (other_balance({"points": {}}), "D1 fold: ValidationError"),
    ],
)
def test_a_forged_record_is_found_by_the_books(
    topology: Topology, forgery: Forgery, says: str
) -> None:
    """Given one record whose hashes are right, what it breaks is told by name."""
    spoil(topology, last_entry(topology), forgery)
    assert says in found(topology)


def test_points_that_an_effect_did_not_take_are_found(topology: Topology) -> None:
    """Given a member who gives points away and keeps them, what is in transit is not zero."""
    given = next(one for one in records(topology) if one.effects and one.entries)
    spoil(topology, given.seq, lambda record: setattr(record, "entries", ()))
    assert "in transit and no transfer is on its way; zero" in found(topology)


def moved(**places: int) -> Forgery:
    """The record says that it consumed another input."""

    def change(record: LedgerRecord) -> None:
        assert record.source is not None
        record.source = replace(record.source, **places)

    return change


def settled_twice(record: LedgerRecord) -> None:
    """The record settles what nobody parked."""
    record.settles = ("t/nothing",)


@pytest.mark.parametrize(
    ("forgery", "says"),
    [
        (moved(partition=2), "O1 place: it consumed partition 2 of toy.events.v1; partition 0"),
        (moved(offset=3), "O1 twice: toy.events.v1 offset 3 was consumed before; offset "),
        (settled_twice, "O1 settled: input t/nothing is settled more often than it was parked"),
    ],
)
def test_a_wrong_source_is_found(topology: Topology, forgery: Forgery, says: str) -> None:
    """Given a record that names another input than the one it is of, that is told."""
    own = [one for one in records(topology) if one.source and one.source.topic == TOPIC]
    spoil(topology, own[-1].seq, forgery)
    assert says in found(topology)


def test_the_last_input_consumed_once_more_is_found(topology: Topology) -> None:
    """Given a record that names just the input of the one before it, that is told."""
    *_, before, after = (
        one for one in records(topology) if one.source and one.source.topic == TOPIC
    )
    assert before.source is not None
    spoil(topology, after.seq, moved(offset=before.source.offset))
    assert f"O1 twice: toy.events.v1 offset {before.source.offset} was consumed" in found(topology)


def test_a_snapshot_that_is_due_and_does_not_say_so_is_found(topology: Topology) -> None:
    """Given no due instant, nothing would wake its account after a restart."""
    log = topology.logs[SNAPSHOTS][0]
    record = [one for one in log.read() if one.key == b"m6"][-1]
    headers = tuple(one for one in record.headers if one[0] != "due")
    log.records[record.offset] = record._replace(headers=headers)
    assert found(topology).startswith("D1 due: the snapshot of m6 says that it is due at None; ")


def test_a_trail_that_leads_to_a_strangers_record_is_found(topology: Topology) -> None:
    """Given one offset more than the account has records, a late input would be decided with it."""
    log = topology.logs[SNAPSHOTS][0]
    record = [one for one in log.read() if one.key == b"m6"][-1]
    trail = TRAILS.decode(dict(record.headers)["trail"])
    stranger = trail.last + 1
    trail.add(stranger)
    snapshot(topology, headers={"trail": TRAIL.encode(trail)})
    assert found(topology).startswith(f"D1 trail: the trail of m6 names offsets [{stranger}]; ")


def test_a_figure_that_no_entry_leads_to_is_found(topology: Topology) -> None:
    """Given a balance whose record and output agree, the books do not."""
    seq = last_entry(topology)
    (own,) = (one for one in records(topology) if one.seq == seq)
    assert isinstance(own.balance, Raw)
    figures = msgspec.json.decode(own.balance)["balances"]
    figures["points"]["available"] = "1"
    spoil(topology, seq, other_balance(figures))
    assert "C3 balance: the balance of m6 in points is Unit(available='1'" in found(topology)


def test_a_record_under_another_members_key_is_found(topology: Topology) -> None:
    """Given a key that routes elsewhere, a reader by key would miss the record."""
    log = topology.logs[LEDGER][0]
    record = next(one for one in log.read() if one.key)
    log.records[record.offset] = record._replace(key=b"m999")
    assert found(topology).startswith("O1 place: a record of m")
    assert "lies here under the key b'm999'; partition 0" in found(topology)


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("prev", "0" * 32, "V3 chain: last hash: 00000000000000000000000000000000; "),
        ("next_seq", 10_000, "V3 chain: the chain of hashes breaks after record"),
        ("ledger_offset", 1, "D1 head: next ledger offset: 1; "),
        ("positions", {TOPIC: 1}, "D1 head: positions: {'toy.events.v1': 1}; "),
        ("transfers", {}, "D1 head: received transfers: {}; {'"),
        ("versions", {"other": "v1"}, "D1 head: versions: {'other'}; {'"),
        ("program", "other", "D1 head: program: {'other'}; {'toy'}"),
        ("partitions", 4, "F22 count: partitions: 4; 3"),
        ("began_offset", 5, "D1 head: the last run begins at: 5; "),
        ("began_seq", 10_000, "D1 head: its run began within the ledger: False; True"),
    ],
)
def test_a_head_that_says_something_else_is_found(
    topology: Topology, field: str, value: object, says: str
) -> None:
    """Given one part of the head that the ledger does not lead to, it is told by name."""
    forge_head(topology, 0, lambda head: setattr(head, field, value))
    assert says in found(topology)


@pytest.mark.parametrize("part", [{"offset": 0}, {"prev": "f" * 32}])
def test_a_tail_that_begins_elsewhere_is_found(topology: Topology, part: dict[str, Any]) -> None:
    """Given a head that sends recovery to another place, that is told."""

    def elsewhere(head: Head) -> None:
        assert head.tail is not None
        head.tail = head.tail._replace(**part)

    forge_head(topology, 0, elsewhere)
    assert found(topology).startswith("D1 head: the tail begins at: (")


def test_a_ledger_without_a_head_is_found(topology: Topology) -> None:
    """Given no head, nothing says how far the ledger goes."""
    log = topology.logs[SNAPSHOTS][0]
    log.records = [one if one and one.key != HEAD_KEY else None for one in log.records]
    assert "D1 head: there is no head; one, with every run" in found(topology)


def snapshot(topology: Topology, **parts: Any) -> None:
    """The latest snapshot of an account says something else."""
    log = topology.logs[SNAPSHOTS][0]
    record = [one for one in log.read() if one.key == b"m6"][-1]
    parts["headers"] = tuple((dict(record.headers) | parts.get("headers", {})).items())
    log.records[record.offset] = record._replace(**parts)


def test_a_snapshot_that_lacks_no_more_than_a_number_is_found(topology: Topology) -> None:
    """Given a record that counts and changes nothing else, the snapshot must have counted too."""
    tails: list[Place | None] = []
    forge_head(topology, 0, lambda head: tails.append(head.tail))
    assert tails[0] is not None
    own = [one for one in records(topology) if one.account == "m6" and one.member_sequence]
    last = [one for one in own if one.seq < tails[0].seq][-1]
    spoil(topology, last.seq, lambda record: setattr(record, "changes", ()))
    snapshot(topology, headers={"seq": str(last.seq).encode()})
    assert f"D1 snapshot: record {last.seq} of m6 is not in a snapshot" in found(topology)


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        (
            {"headers": {"due": b"17"}},
            "D1 due: the snapshot of m6 says that it is due at 17; 17005943",
        ),
        ({"headers": {"trail": b"{"}}, "D1 trail: the trail of m6: "),
        ({"headers": {"trail": TRAIL.encode(Trail(deltas=b"\x01\x01"))}}, "D1 trail: the trail of"),
        ({"headers": {"trail": b""}}, "D1 trail: the trail of m6 lacks offsets ["),
        ({"headers": {"seq": b"x"}}, "D1 unreadable: invalid literal for int()"),
        ({"value": b"neither"}, "D1 unreadable: not an account at rest"),
        ({"value": b"{"}, "D1 snapshot: the snapshot of m6 differs in everything: it is not JSON"),
        ({"key": b"nobody"}, "D1 snapshot: a snapshot of nobody, who is not in the ledger"),
    ],
)
def test_a_snapshot_that_says_something_else_is_found(
    topology: Topology, parts: dict[str, Any], says: str
) -> None:
    """Given one part of a snapshot that no fold leads to, it is told by name."""
    snapshot(topology, **parts)
    assert says in found(topology)


def checkpoint(topology: Topology, name: str, value: bytes) -> None:
    """A checkpoint of m6, which lies beside the snapshots."""
    log = topology.logs[SNAPSHOTS][0]
    key = checkpoint_key(0, name)
    log.records.append(Fetched(SNAPSHOTS, 0, len(log.records), 0, key, value, ()))


@pytest.mark.parametrize(
    ("totals", "says"),
    [
        (Totals(available=5), "C3 sums: m6 has 5 points without pending ones; earned less gone: 0"),
        (Totals(available=5, earned=5), "C3 lots: m6 has [5, 0, 0] points"),
        (Totals(pending=-5), "C3 sums: m6 has Totals("),
        (Totals(debt=-5, earned=5), "C3 sums: m6 has Totals("),
    ],
)
def test_a_checkpoint_that_does_not_add_up_is_found(
    topology: Topology, totals: Totals, says: str
) -> None:
    """Given sums that contradict each other or the lots, they are told."""
    checkpoint(topology, "m6", ENCODER.encode(Account("m6", totals={"points": totals})))
    assert says in found(topology)


def test_a_checkpoint_of_another_is_found(topology: Topology) -> None:
    """Given bytes of another account, or of none, under a member's key, that is told."""
    checkpoint(topology, "m6", ENCODER.encode(Account("m6")))
    assert found(topology) == ""
    checkpoint(topology, "m6", ENCODER.encode(Account("m7")))
    assert found(topology) == "D1 snapshot: a checkpoint of m7; m6"
    checkpoint(topology, "m6", b"neither")
    assert found(topology).startswith("D1 unreadable: not an account at rest")


def transfers(topology: Topology) -> Log:
    """The transfers that came to the partition."""
    return topology.logs[TRANSFERS][0]


def sent(topology: Topology) -> tuple[Fetched, Transfer]:
    """The last of them that was sent for an account."""
    for record in reversed(list(transfers(topology).read())):
        transfer = DECODER.decode(record.value or b"")
        if transfer.kind != CLOCK:
            return record, transfer
    raise AssertionError


@pytest.mark.parametrize(
    ("other", "says"),
    [
        ({"value": b"{"}, "T1 unreadable: Input data was truncated; a transfer"),
        ({"key": b"m5"}, "T1 place: a transfer to m6 lies here; its key, in partition 0"),
    ],
)
def test_a_transfer_that_lies_otherwise_is_found(
    topology: Topology, other: dict[str, Any], says: str
) -> None:
    """Given bytes or a key that nobody would write, that is told."""
    record, _ = sent(topology)
    transfers(topology).records[record.offset] = record._replace(**other)
    assert says in found(topology)


@pytest.mark.parametrize(
    ("other", "says"),
    [
        ({"sender_seq": 9_999}, "T1 stranger: transfer 2/9999/0 was decided nowhere; nothing"),
        ({"data": Raw(b"99")}, "T1 bytes: (2, 101, 0) repeats with other bytes; the same"),
    ],
)
def test_a_transfer_beside_what_was_decided_is_found(
    topology: Topology, other: dict[str, Any], says: str
) -> None:
    """Given one more record that differs from what its sender decided, that is told."""
    record, transfer = sent(topology)
    log = transfers(topology)
    value = msgspec.json.Encoder(order="sorted").encode(replace(transfer, **other))
    log.records.append(record._replace(offset=len(log.records), value=value))
    assert says in found(topology)


def test_a_transfer_that_travelled_further_than_it_did_is_found(topology: Topology) -> None:
    """Given a count of hops that its sender's records do not lead to, that is told."""
    record, transfer = sent(topology)
    value = msgspec.json.Encoder(order="sorted").encode(replace(transfer, hops=7))
    transfers(topology).records[record.offset] = record._replace(value=value)
    says = "T1 bytes: transfer 2/101/0 has a wrong count of hops; one more than what it was sent"
    assert found(topology).startswith(says)


def test_a_transfer_that_took_effect_twice_is_found(topology: Topology) -> None:
    """Given two records of one transfer, the points came twice."""
    received = [one for one in records(topology) if one.transfer and one.account]
    spoil(topology, received[-1].seq, lambda one: setattr(one, "transfer", received[0].transfer))
    name = "/".join(str(part) for part in received[0].transfer or ())
    assert f"T1 twice: transfer {name} took effect 2 times; once" in found(topology)


def passed_over(record: LedgerRecord) -> None:
    """A transfer that came once is taken for a repeat."""
    record.account = record.member_sequence = None
    record.outcome, record.balance = "duplicate", UNSET
    record.entries = record.changes = record.effects = ()


def test_a_transfer_that_was_passed_over_is_found(topology: Topology) -> None:
    """Given younger ones of its sender that took effect, it is not on its way any more."""
    received = [one for one in records(topology) if one.transfer and one.account]
    spoil(topology, received[0].seq, passed_over)
    name = "/".join(str(part) for part in received[0].transfer or ())
    assert f"T1 lost: transfer {name} took no effect, and later ones did; once" in found(topology)


def test_a_transfer_that_nobody_has_read_yet_is_on_its_way(topology: Topology) -> None:
    """Given one more than was consumed, its points are in transit, and nothing is wrong."""
    assert verified(topology).on_the_way == 0
    one = Topology(engine(), 3, 40)
    for who, value, timestamp in busy(7):
        one.send(TOPIC, who.encode(), value, timestamp=timestamp)
    one.run(0)
    report = verified(one)
    assert (report.findings, report.on_the_way > 0) == ((), True)


def test_a_ledger_that_grew_meanwhile_has_no_findings() -> None:
    """Given snapshots that were read before the ledger went on, what lies beyond is left open."""
    topology, traffic = Topology(engine(), 3, 40), busy(7)
    for part in (traffic[:200], traffic[200:]):
        snapshots = deepcopy(topology.logs[SNAPSHOTS])
        for who, value, timestamp in part:
            topology.send(TOPIC, who.encode(), value, timestamp=timestamp)
        topology.pump()
    topology.logs[SNAPSHOTS] = snapshots
    report = verified(topology)
    assert report.findings == ()
    assert report.records > 200
    assert sum(report.units["points"].values()) == 0


@pytest.mark.parametrize(("hops", "expected"), [(3, "2"), (1, "one more than what it was sent")])
def test_a_transfer_in_a_chain_has_one_hop_more(hops: int, expected: str) -> None:
    """Given a transfer that another one caused, it travelled just one hop further."""
    topology = deepcopy(book(Traffic(2).make(160), run_size=25))
    for log in topology.logs[TRANSFERS]:
        for record in log.read():
            transfer = DECODER.decode(record.value or b"")
            if transfer.hops == 2:
                value = msgspec.json.Encoder(order="sorted").encode(replace(transfer, hops=hops))
                log.records[record.offset] = record._replace(value=value)
    assert f"has a wrong count of hops; {expected}" in found(topology)
