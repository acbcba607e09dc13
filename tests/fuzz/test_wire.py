"""Every input type with hostile values in every place: one outcome or a dead letter, no crash."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.topology import Topology
from schemas.inputs import INPUTS
from schemas.values import YEARS, format_instant
from tests.driver.checking import verified
from tests.faults import fault
from tests.fuzz.target import NOW, OUTCOMES, REASONS, STRUCTURED, TOPIC, engine, fold, golden

if TYPE_CHECKING:
    from collections.abc import Iterator

EVENTS = golden()
LARGE = 2**63 - 1
HOSTILE: list[object] = [
    None,
    "",
    "x",
    "\x00",
    "é́😀",
    "\u202eana\u2066",
    "e\u0301mile",
    "\u00e9mile",
    "x" * 1_000_000,
    "9" * 400,
    "9" * 30,
    "-" + "9" * 29,
    "-1",
    "1e9",
    "NaN",
    0,
    -1,
    LARGE,
    -LARGE - 1,
    1.5,
    True,
    [],
    {},
    ["x"],
    {"x": "x"},
    "0000-00-00T00:00:00Z",
    "2016-12-31T23:59:60Z",
    "9999-12-31T23:59:59.999999Z",
    "0001-01-01T00:00:00+14:00",
    "alias/0/0",
    "phone:",
    "code:x",
    "02-30",
    "Mars/Base",
]
PROGRAMS = [
    "starter",
    "love-your-body",
    "dell-rewards",
    "hm-us",
    "assembly-recognition",
    "uber-one",
]
AFTER = "after_commit"
STAMPS = [
    -(2**63),
    -(10**15),
    -62_135_596_800_000,
    -1,
    0,
    190_288_396_799_000,
    253_402_300_799_999,
    2**53,
    2**63 - 1,
]
NESTED = b'{"a":' * 200 + b"1" + b"}" * 200
BYTES: list[bytes | None] = [
    None,
    b"",
    b"null",
    b"NaN",
    b"\xff\xfe",
    b'{"id":"1","id":"2"}',
    NESTED,
    b"[" * 100_000,
    b'{"id":' + b"9" * 5_000 + b"}",
    b'"' + b"x" * 1_000_001 + b'"',
    b"\xef\xbb\xbf{}",
    b"{}{}",
]


def places(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place in a document, the document itself left out."""
    items = value.items() if isinstance(value, dict) else enumerate(value)  # type: ignore[arg-type]
    for key, inner in items:
        yield (*path, key)
        if isinstance(inner, dict | list):
            yield from places(inner, (*path, key))


def put(event: object, path: tuple[str | int, ...], value: object) -> bytes:
    """The event with something else in one place."""
    changed = copy.deepcopy(event)
    inner = changed
    for step in path[:-1]:
        inner = inner[step]  # type: ignore[index]  # a document is what it is
    inner[path[-1]] = value  # type: ignore[index]
    return orjson.dumps(changed)


@fault("F44", checks="O1 L3")
@pytest.mark.parametrize(("place", "kind"), list(enumerate(sorted(INPUTS))))
def test_a_hostile_value_in_any_place_is_no_crash(place: int, kind: str) -> None:
    """Each value in each place; each type under one program, whose rules take it up."""
    event, program = EVENTS[kind], PROGRAMS[place % len(PROGRAMS)]
    for path in places(event):
        for value in HOSTILE:
            record = b"ana", put(event, path, value), STRUCTURED
            assert fold(record, program=program, but=kind) in OUTCOMES | REASONS


@fault("F43", checks="O1 L3")
@pytest.mark.parametrize("value", BYTES, ids=lambda value: repr(value)[:20])
@pytest.mark.parametrize("key", [None, b"", b"\xff", b"k" * 100_000])
def test_what_is_no_event_is_one_dead_letter(value: bytes | None, key: bytes | None) -> None:
    """Whatever the key says, and with or without headers."""
    for headers in (STRUCTURED, (), (("ce_id", b"\xff"), ("ce_type", b""))):
        assert fold((key, value, headers)) in REASONS


@settings(max_examples=120)
@given(
    kind=st.sampled_from(sorted(INPUTS)),
    cut=st.integers(min_value=0, max_value=900),
    more=st.binary(max_size=12),
)
def test_bytes_put_anywhere_are_no_crash(kind: str, cut: int, more: bytes) -> None:
    """Cut, overwritten, stretched: still one outcome."""
    value = orjson.dumps(EVENTS[kind])
    at = cut % len(value)
    for changed in (value[:at] + more, value[:at] + more + value[at:], value[at:]):
        assert fold((b"ana", changed, STRUCTURED)) in OUTCOMES | REASONS


@pytest.mark.parametrize(
    "program", ["starter", "refund-modes", "sephora-us", "uber-one", "stacking"]
)
def test_the_largest_order_there_can_be_is_decided_or_refused(program: str) -> None:
    """Five hundred lines of the largest amount: no figure overflows, and none is cut."""
    lines = [
        {"line_id": f"L{n}", "sku": "A", "amount_minor": LARGE, "quantity": LARGE}
        for n in range(500)
    ]
    event = EVENTS["commerce.purchase.completed.v1"] | {
        "data": {"order_id": "O", "currency": "USD", "lines": lines}
    }
    assert fold((b"ana", orjson.dumps(event), STRUCTURED), program=program) in OUTCOMES | REASONS


@fault("F42", checks="O1 D4")
@pytest.mark.parametrize("timestamp", STAMPS)
@pytest.mark.parametrize("program", ["starter", "uber-one", "love-your-body"])
def test_no_arrival_is_a_crash(timestamp: int, program: str) -> None:
    """At either end of Kafka's own timestamps, and of the calendar; also after a restart.

    Each event comes at the time of its arrival, as far as there is one, and once more in our days.
    """
    topology = Topology(engine(program), 1, run_size=5, crash=lambda _, when: when == AFTER, lag=1)
    near = format_instant(min(max(timestamp * 1000, YEARS[0]), YEARS[1] - 1))
    sent = 0
    for place, (kind, event) in enumerate(EVENTS.items()):
        for when, arrival in ((near, timestamp), (event["time"], NOW // 1000)):
            body = event | {"id": f"{kind}/{arrival}", "subject": f"m{place % 3}", "time": when}
            value = orjson.dumps(body)
            topology.send(TOPIC, b"k", value, STRUCTURED, timestamp=arrival, partition=0)
            sent += 1
    topology.pump()
    decided = [one for one in topology.ledger(0) if one.source and one.source.topic == TOPIC]
    assert [one.source.offset for one in decided if one.source] == list(range(sent))
    assert verified(topology).findings == ()
