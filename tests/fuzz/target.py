"""One hostile record between two good ones, folded as a worker would."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from processors.engine import engine_of
from processors.programs.load import load
from processors.topology import Topology
from schemas.inputs import INPUTS
from schemas.unreadable import DeadLetterReason
from schemas.values import parse_instant

if TYPE_CHECKING:
    from processors.partition import Engine
    from processors.partition.records import Headers
    from schemas.ledger import LedgerRecord

GOLDEN = Path(__file__).parents[1] / "golden" / "inputs"
STRUCTURED: Headers = (("content-type", b"application/cloudevents+json"),)
ERASED = "loyalty.member.erased.v1"
TOPIC = "commerce.purchases.v1"
NOW = parse_instant("2026-03-02T00:00:00Z")
REASONS = {str(reason) for reason in DeadLetterReason}
OUTCOMES = {"accepted", "refused", "parked", "duplicate", "conflicting", "forwarded"}


def golden() -> dict[str, dict[str, object]]:
    """A full event of every type, by its type."""
    return {kind: orjson.loads((GOLDEN / f"{kind}.json").read_bytes()) for kind in sorted(INPUTS)}


@cache
def engine(program: str = "starter") -> Engine:
    """The engine of a program, compiled once."""
    return engine_of(load(program), 1)


def fold(
    *records: tuple[bytes | None, bytes | None, Headers], program: str = "starter", but: str = ""
) -> str:
    """Fold a life, these records twice, and a good one. Returns what became of the first of them.

    The life is one good event of every type, `but` that one. Raises AssertionError when a record
    has no single outcome, or one after it was not decided.
    """
    before = life(but)
    run = (*before, *records, good("a"), *records)
    topology = Topology(engine(program), 1)
    for key, value, headers in run:
        topology.send(TOPIC, key, value, headers, timestamp=NOW // 1000, partition=0)
    topology.pump()
    decided = [one for one in topology.ledger(0) if one.source and one.source.topic == TOPIC]
    assert [one.source.offset for one in decided if one.source] == list(range(len(run)))
    assert decided[len(before) + len(records)].outcome == "accepted"
    letters = [dict(letter.headers) for letter in topology.written("dead_letters")]
    assert len(letters) == sum(one.outcome == "dead_lettered" for one in decided)
    assert all(letter["loyalty.dlq.reason"].decode() in REASONS for letter in letters)
    return told(decided[len(before)])


@cache
def life(but: str) -> tuple[tuple[bytes, bytes, Headers], ...]:
    """A good event of every type, purchases first and the erasure left out."""
    events = sorted(golden().items(), key=lambda item: (not item[0].endswith("completed.v1"), item))
    told = [
        one | {"id": f"life-{one['type']}"} for kind, one in events if kind not in {but, ERASED}
    ]
    return tuple((b"ana", orjson.dumps(one), STRUCTURED) for one in told)


def told(record: LedgerRecord) -> str:
    """The outcome, which must be one that the contract knows."""
    if record.unreadable is not None:
        return str(record.unreadable["reason"])
    assert record.outcome in OUTCOMES, record.outcome
    return record.outcome


def good(name: str) -> tuple[bytes, bytes, Headers]:
    """An enrolment."""
    body = {
        "specversion": "1.0",
        "id": f"good-{name}",
        "source": "shop",
        "type": "loyalty.member.enrolled.v1",
        "time": "2026-03-01T23:00:00Z",
        "subject": f"good-{name}",
        "data": {},
    }
    return f"good-{name}".encode(), orjson.dumps(body), STRUCTURED
