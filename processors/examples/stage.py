"""The stage of one example: a topology, and what came out of it, step by step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import orjson

from processors.accounting import Books
from processors.partition.records import BALANCES, LEDGER, NOTICES
from processors.routing import partition_of
from processors.topology import Topology
from schemas.ledger import DECODER
from schemas.values import format_amount, identity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from processors.examples.document import Document, Example, Json, Step
    from processors.partition import Engine, Fetched
    from schemas.ledger import LedgerRecord

PARTITIONS = 3
TOPIC = "examples"
STRUCTURED = (("content-type", b"application/cloudevents+json; charset=utf-8"),)
WITH_CURRENCY = {"commerce.purchase.completed.v1"}
"""Events that cannot do without a currency; the file's default goes into these."""


@dataclass(frozen=True)
class Seen:
    """What came during a step."""

    records: list[LedgerRecord]
    notices: list[Json]
    outcome: str = ""
    reason: str | None = None
    refusals: tuple[str, ...] = ()


class Stage:
    """Plays steps and remembers where each topic stood before."""

    def __init__(self, engine: Engine, document: Document, example: Example) -> None:
        self.topology = Topology(engine, PARTITIONS)
        self.program = engine.program
        self.document = document
        self.example = example
        self.marks: dict[str, list[int]] = {}

    def take(self, step: Step) -> Seen:
        """Let time pass up to the step, then fold its event and all that follows from it."""
        self.marks = {role: self._ends(role) for role in (LEDGER, NOTICES)}
        self.topology.advance(step.instant)
        if step.event is None:
            return Seen(self.records(), self.notices())
        due = self._ends(LEDGER)
        source = step.source or self.document.source
        name = step.id or f"{self.example.id}-{step.number}"
        self.topology.send(TOPIC, step.member.encode(), self._event(step, name, source), STRUCTURED)
        # A late event may bring what is due before now.
        self.topology.advance(self.topology.now)
        after = self._since(LEDGER, due)
        records = [DECODER.decode(record.value or b"") for record in after]
        outcome, reason = _outcome(_answers(records, source, name))
        sent_back = [record for record in records if _returns(record)]
        if sent_back:
            outcome, reason = _outcome(sent_back)
        refused = [r.reason for record in records for r in record.refusals]
        if outcome == "refused" and reason is not None:
            refused.remove(reason)
        return Seen(self.records(), self.notices(), outcome, reason, tuple(refused))

    def whole(self) -> Seen:
        """All that came during the example."""
        self.marks = {}
        return Seen(self.records(), self.notices())

    def records(self) -> list[LedgerRecord]:
        """Ledger records since the marks, partition by partition."""
        return [DECODER.decode(record.value or b"") for record in self._since(LEDGER)]

    def notices(self) -> list[Json]:
        """Notices since the marks, as an example names them."""
        found: list[Json] = []
        for record in self._since(NOTICES):
            headers = {name: value.decode() for name, value in record.headers}
            found.append(
                {
                    "type": headers["ce_type"],
                    "member": headers["ce_subject"],
                    "at": headers["ce_time"],
                    "data": orjson.loads(record.value or b"{}"),
                }
            )
        return found

    def entries(self, member: str, seen: Seen) -> list[Json]:
        """A member's entries in what was seen, with amounts as on the wire."""
        units = self.program.version_at(self.topology.now).units
        found: list[Json] = []
        for record in seen.records:
            if record.account != member:
                continue
            for entry in record.entries:
                scale = units[entry.unit].scale
                made: dict[str, Json] = {
                    "kind": entry.kind,
                    "unit": entry.unit,
                    "amount": format_amount(entry.amount, scale),
                    "reason": entry.reason,
                }
                found.append(made)
        return found

    def balance(self, member: str) -> Mapping[str, Json]:
        """The latest balance that was published of a member; empty if there was none."""
        key = member.encode()
        number = partition_of(member, PARTITIONS)
        values = [
            record.value for record in self.topology.logs[BALANCES][number].read()
            if record.key == key
        ]  # fmt: skip
        latest = values[-1] if values else None
        return {} if latest is None else cast("dict[str, Json]", orjson.loads(latest))

    def eligible(self, member: str) -> dict[str, int]:
        """Rewards that are open to a member now, and how many of each."""
        partition = self.topology.partitions[partition_of(member, PARTITIONS)]
        counts: dict[str, int] = {}
        for grant in partition.store.open(member).grants.values():
            if grant.quantity:
                counts[grant.reward_id] = counts.get(grant.reward_id, 0) + grant.quantity
        return counts

    def liability(self, unit: str) -> dict[str, Json]:
        """What all accounts together owe in a unit, and what that is worth."""
        books = Books(self.program)
        for log in self.topology.logs[LEDGER]:
            for record in log.read():
                books.take(DECODER.decode(record.value or b""))
        figures = books.figures(self.topology.now).get(unit)
        if figures is None:
            return {}
        scale = self.program.version_at(self.topology.now).units[unit].scale
        outstanding = format_amount(figures.outstanding, scale)
        return {**figures._asdict(), "outstanding": outstanding}

    def lowest(self, ladder: str) -> dict[str, Json]:
        """How a ladder compares that nothing has touched."""
        for known in self.program.version_at(self.topology.now).ladders:
            if known.id == ladder:
                above = known.tiers[1].id if len(known.tiers) > 1 else None
                lowest: dict[str, Json] = {"tier": known.tiers[0].id, "to_next": above}
                return {**lowest, "progress": "0", "to_remain": "0", "until": None}
        return {}

    def _event(self, step: Step, name: str, source: str) -> bytes:
        data = dict(step.data)
        if step.event in WITH_CURRENCY and self.document.currency is not None:
            data.setdefault("currency", self.document.currency)
        event: dict[str, object] = {
            "specversion": "1.0",
            "id": name,
            "source": source,
            "type": step.event,
            "time": step.at,
            "subject": step.member,
            "data": data,
        }
        if step.program is not None:
            event["program"] = step.program
        if step.testmode:
            event["testmode"] = True
        return orjson.dumps(event)

    def _ends(self, role: str) -> list[int]:
        return [len(log.records) for log in self.topology.logs[role]]

    def _since(self, role: str, marks: list[int] | None = None) -> list[Fetched]:
        starts = marks or self.marks.get(role) or [0] * PARTITIONS
        logs = self.topology.logs[role]
        found: list[Fetched] = []
        for log, start in zip(logs, starts, strict=True):
            found += log.read(start)
        return found


def _returns(record: LedgerRecord) -> bool:
    """What one member sends to another, and the other may not take, comes back: it was refused."""
    return any(effect.kind == "move.returned" for effect in record.effects)


def _answers(records: list[LedgerRecord], source: str, name: str) -> list[LedgerRecord]:
    """What decided an event: its own record, or, if that only sent it on, what settled it."""
    own = [
        record
        for record in records
        if record.cause is not None and (record.cause.source, record.cause.id) == (source, name)
    ]
    decided = [record for record in own if record.outcome != "forwarded"]
    settled = [record for record in records if identity(source, name) in record.settles]
    return decided or settled or own or records


def _outcome(records: list[LedgerRecord]) -> tuple[str, str | None]:
    if not records:
        return "nothing", None
    last = records[-1]
    reason = last.refusals[0].reason if last.outcome == "refused" and last.refusals else None
    return last.outcome, reason
