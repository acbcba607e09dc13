"""The transfers topic is ours alone: what somebody else put there is one dead letter, no crash."""

from __future__ import annotations

import json
from itertools import count
from typing import TYPE_CHECKING, get_args

import orjson
import pytest

from processors.partition.records import TRANSFERS
from processors.topology import Topology
from schemas.transfers import TransferKind
from tests.driver.book import records
from tests.driver.checking import verified
from tests.faults import fault
from tests.fuzz.target import NOW, STRUCTURED, TOPIC, engine, golden, good
from tests.fuzz.test_wire import BYTES, places, put

if TYPE_CHECKING:
    from collections.abc import Iterator

HOSTILE = [2**63, -(2**63) - 1, 10**30, -1, "", "alias/x/y", "pool/", "\x00", [], {}, None]
TOPIC_OF_OURS = "loyalty.transfers.v1"


def lived() -> Topology:
    """Members with aliases and referrers, who sent each other something of most kinds."""
    topology = Topology(engine(), 1)
    events = golden()
    order = events["commerce.purchase.completed.v1"]
    enrolled = events["loyalty.member.enrolled.v1"]
    referred = {"aliases": ["code:x"], "referrer": "code:rita"}
    line = {"line_id": "1", "sku": "A", "amount_minor": 900_000}
    bought = {"order_id": "O", "currency": "USD", "lines": [line]}
    sent = [
        enrolled | {"id": "1", "subject": "fred", "data": referred},
        enrolled | {"id": "2", "subject": "rita", "data": {"aliases": ["code:rita"]}},
        order | {"id": "3", "subject": "code:x", "data": bought},
        events["loyalty.member.merged.v1"] | {"id": "4", "subject": "rita"},
    ]
    for one in sent:
        topology.send(TOPIC, b"k", orjson.dumps(one), STRUCTURED, timestamp=NOW // 1000)
    topology.pump()
    return topology


def genuine() -> list[bytes]:
    """One transfer of each kind that these members sent."""
    found = {}
    for one in lived().written(TRANSFERS):
        assert one.value is not None
        found[orjson.loads(one.value)["kind"]] = one.value
    assert {"alias.claimed", "forward", "referral.qualified", "merge.moved"} <= found.keys()
    return list(found.values())


def foreign() -> Iterator[bytes | None]:
    """No transfer at all, one of another kind than it holds, and one with a hostile value in it."""
    yield from BYTES
    # Each from another sender: none is a repeat of the one before.
    senders = count(1_000)
    for value in genuine():
        transfer = orjson.loads(value)
        for kind in get_args(TransferKind):
            yield orjson.dumps(
                transfer | {"kind": kind, "data": {}, "sender_partition": next(senders)}
            )
        for path in places(transfer):
            if "content" in path:
                # Who forges what a merge hands over is kept out by the topic's access rules.
                continue
            for hostile in HOSTILE:
                transfer["sender_partition"] = next(senders)
                text = json.dumps(hostile).encode()
                yield put(transfer, path, "HOSTILE").replace(b'"HOSTILE"', text)


@fault("F43", checks="O1 L3")
def test_what_is_no_transfer_of_ours_is_no_crash() -> None:
    """Each has one record, and what comes after it is decided."""
    topology = lived()
    before = len(records(topology))
    sent = 0
    for value in foreign():
        topology.send(TOPIC_OF_OURS, b"k", value, timestamp=NOW // 1000, partition=0)
        sent += 1
    topology.send(TOPIC, b"k", good("after")[1], STRUCTURED, timestamp=NOW // 1000)
    topology.pump()
    after = records(topology)[before:]
    decided = [one for one in after if one.source and one.source.topic == TOPIC_OF_OURS]
    assert len(decided) >= sent
    buried = [one for one in after if one.outcome == "dead_lettered"]
    assert len(buried) == len(topology.written("dead_letters")) >= len(BYTES)
    last = next(one for one in after if one.account == "good-after")
    assert last.outcome == "accepted"


@pytest.mark.parametrize("value", [BYTES[0], b'{"kind":"\xff"}', b'{"kind":"M4RK"}'])
def test_a_foreign_record_is_told_of_without_its_values(value: bytes | None) -> None:
    """The reason says what would be right, and the checker finds it, and nothing else."""
    topology = lived()
    topology.send(TOPIC_OF_OURS, b"k", value, timestamp=NOW // 1000, partition=0)
    topology.pump()
    (letter,) = topology.written("dead_letters")
    said = dict(letter.headers)
    assert b"partitions of this ledger" in said["__streams.errors.message"]
    assert all(b"M4RK" not in text for text in said.values())
    assert [one.id for one in verified(topology).findings] == ["T1 unreadable"]
