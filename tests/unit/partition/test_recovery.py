"""Recovery reads the ledger as every reader does: by the accept rule, and in any version."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

import orjson
import pytest

from processors.accounts.resting import wake
from processors.engine import engine_of
from processors.partition import Partition, Refused
from processors.partition.head import ENCODER, HEAD_KEY, Head, head_of
from processors.partition.records import Broken
from processors.partition.recovery import check_versions
from processors.programs.load import find, load
from schemas.chain import GENESIS, hash_of
from schemas.values import digest
from tests.driver.busy import busy, played
from tests.golden.story import play

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from processors.accounts.account import Account
    from processors.programs.compiled import Program

NUMBER = 0
Placed = tuple[int, bytes | None]


@pytest.fixture(scope="module")
def ledger() -> list[tuple[int, bytes]]:
    """Offsets and bytes of a partition's ledger."""
    found = play().logs["ledger"][NUMBER].read()
    return [(record.offset, record.value or b"") for record in found]


def recovered(records: Iterable[Placed]) -> Partition:
    """A partition that knows nothing but these."""
    partition = Partition(engine_of(load("starter"), 2), NUMBER, 2)
    for offset, value in records:
        partition.apply_record(offset, value)
    return partition


def accounts(partition: Partition) -> dict[str, Account]:
    """Every account, decoded."""
    return {name: wake(resting) for name, resting in partition.store.resting.items()}


@pytest.mark.parametrize(
    "foreign",
    [None, b"", b"\xff\xfe", b"{no json", b"{}", b'{"seq":1,"prev":"0"}'],
    ids=["null", "empty", "no text", "no json", "no link", "another past"],
)
def test_what_does_not_follow_is_ignored(
    ledger: list[tuple[int, bytes]], foreign: bytes | None
) -> None:
    """Whatever a stranger leaves between two records, the fold goes on as if it were not there."""
    middle = len(ledger) // 2
    place = ledger[middle][0]
    with_it: list[Placed] = [
        *ledger[:middle],
        (place, foreign),
        *((offset + 1, value) for offset, value in ledger[middle:]),
    ]
    clean, strange = recovered(ledger), recovered(with_it)
    assert strange.writer.chain.prev == clean.writer.chain.prev
    assert accounts(strange) == accounts(clean)
    assert strange.positions == clean.positions


def test_without_a_head_it_is_not_known_who_set_the_timers(ledger: list[tuple[int, bytes]]) -> None:
    """So all accounts are asked again; an empty partition has none to ask."""
    assert recovered(ledger).planned == ""
    assert recovered([]).planned == load("starter").hash


def as_version_0(ledger: Iterable[tuple[int, bytes]]) -> Iterable[Placed]:
    """The same ledger as version 0 would have written it, with the chain that goes with it."""
    prev = GENESIS
    for offset, value in ledger:
        record = orjson.loads(value) | {"v": 0, "prev": prev}
        if "fired" in record.get("why", {}):
            record["why"]["fired"] = [fired["rule"] for fired in record["why"]["fired"]]
        old = orjson.dumps(record)
        prev = hash_of(old)
        yield offset, old


def test_a_ledger_of_version_0_leads_to_the_same_state(ledger: list[tuple[int, bytes]]) -> None:
    """An upcast record folds as before; hashes are those of the bytes that were written."""
    old = list(as_version_0(ledger))
    assert any(b'"fired"' in (value or b"") for _, value in old)
    assert accounts(recovered(old)) == accounts(recovered(ledger))


@pytest.mark.parametrize("how", ["as it was", "cut", "changed"])
def test_a_ledger_that_does_not_lead_to_its_head_is_refused(how: str) -> None:
    """Its last record is not there, or is another than the one that the snapshots know."""
    topology = played(busy(5), partitions=1, run_size=20)
    records = topology.logs["ledger"][0].records
    place = max(at for at, record in enumerate(records) if record is not None)
    last = records[place]
    assert last is not None
    other = last._replace(value=(last.value or b"").replace(b"{", b"{ ", 1))
    records[place] = {"as it was": last, "cut": None, "changed": other}[how]
    with nullcontext() if how == "as it was" else pytest.raises(Refused, match="does not lead"):
        topology.restart(0)


@pytest.mark.parametrize(("number", "count"), [(0, 3), (1, 2)])
def test_a_head_of_another_place_is_refused(number: int, count: int) -> None:
    """Accounts lie where the count of partitions put them."""
    engine = engine_of(load("starter"), 2)
    head = ENCODER.encode(head_of(Partition(engine, 0, 2)))
    with pytest.raises(Refused, match="partition count is fixed"):
        Partition(engine, number, count).apply_snapshot(HEAD_KEY, head, ())


def test_an_invariant_that_fails_names_no_member() -> None:
    """What is said goes to logs; whoever has the ledger finds the account by its hash."""
    said = str(Broken("it is still due at 5", "ann"))
    assert "ann" not in said
    assert digest(b"ann") in said


def opened(program: Program, secret: bytes, head: Head) -> None:
    """A partition of two, with what a worker has, opens on a head."""
    partition = Partition(engine_of(program, 2, alias_secret=secret), 0, 2)
    partition.apply_snapshot(HEAD_KEY, ENCODER.encode(head), ())


def test_aliases_are_named_in_one_way_for_life() -> None:
    """Another secret, or another country, would split every member whom an alias names."""
    starter = load("starter")
    head = head_of(Partition(engine_of(starter, 2, alias_secret=b"pepper"), 0, 2))
    opened(starter, b"pepper", head)
    for program, secret in ((starter, b"salt"), (replace(starter, phone_region="DE"), b"pepper")):
        with pytest.raises(Refused, match="no alias would be known any more"):
            opened(program, secret, head)
    head.aliases = ""
    opened(starter, b"salt", head)


def test_the_horizon_of_late_events_only_becomes_shorter() -> None:
    """Beyond it ids are forgotten; nobody could tell a second delivery from a first one."""
    starter = load("starter")
    days = starter.late_horizon_days
    head = head_of(Partition(engine_of(starter, 2), 0, 2))
    opened(replace(starter, late_horizon_days=days - 1), b"", head)
    with pytest.raises(Refused, match=f"was {days} and is {days + 1} now"):
        opened(replace(starter, late_horizon_days=days + 1), b"", head)


def test_a_refused_start_says_which_rules_were_changed(tmp_path: Path) -> None:
    """By their places in the file; a head of an earlier release does not know them."""
    text = find("starter").read_text("utf-8")
    other = text.replace('points: "300"', 'points: "310"').replace(
        "hold_hours: 24", "hold_hours: 5"
    )
    file = tmp_path / "program.yaml"
    file.write_text(other, "utf-8")
    partition = Partition(engine_of(load("starter"), 1), 0, 1)
    partition.writer.use(partition.engine.program.versions[0].hash)
    head = head_of(partition)
    check_versions(load("starter"), head)
    with pytest.raises(Refused, match=r"since: redemption\.hold_hours, referral\.referrer\. Put"):
        check_versions(load(str(file)), head)
    head.parts = {}
    with pytest.raises(Refused, match=r"was changed since\. Put it back"):
        check_versions(load(str(file)), head)
