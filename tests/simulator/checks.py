"""What must be true at every moment, on what a read_committed reader of all topics sees.

C1, O1, O2, O4, V1 to V3 and V5 of the catalogue, for what has become visible since the last look;
and at the end everything, by the checker behind `ledger verify`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from processors.partition.reading import CLOCK
from processors.partition.records import Fetched
from processors.verify.whole import OUTPUT_ROLES, Topics, Verification
from projections.outputs import outputs
from schemas.chain import Chain
from schemas.ledger import DECODER
from schemas.transfers import DECODER as TRANSFERS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from processors.verify.whole import Report
    from schemas.ledger import LedgerRecord
    from schemas.topics import Names
    from tests.simulator.cluster import Cluster
    from tests.simulator.log import Record

Thing = tuple[str, str]
"""An output: its role, and its id."""


class Violation(AssertionError):  # noqa: N818 - what was seen
    """Something that must never be was seen."""


class Watch:
    """Looks again and again, each time only at what is new."""

    def __init__(self, cluster: Cluster, names: Names, partitions: int) -> None:
        self.cluster = cluster
        self.names = names
        self.partitions = partitions
        self.chains = [Chain() for _ in range(partitions)]
        self.places: dict[tuple[str, int], int] = {}
        """The next offset to look at."""
        self.sources: set[tuple[str, int, int]] = set()
        self.positions: dict[tuple[str, int], int] = {}
        self.members: dict[str, int] = {}
        self.effective: set[tuple[str, str, str]] = set()
        self.due: dict[Thing, bytes] = {}
        """What committed ledger records say must be on the output topics."""
        self.seen: dict[Thing, bytes] = {}
        self.early: dict[Thing, str] = {}
        """Outputs that were seen, and whose ledger records were not yet."""
        self.strangers: set[tuple[int, int]] = set()
        """Partitions and offsets of ledger records that no worker wrote."""
        self.records = 0

    def look(self) -> None:
        """Raises Violation."""
        for number in range(self.partitions):
            for record in self._new("ledger", number):
                if (number, record.offset) not in self.strangers:
                    self._ledger(number, record)
        for role in ("balances", "eligibility", "notices", "transfers"):
            for number in range(self.partitions):
                for record in self._new(role, number):
                    self._output(role, record)
        if self.early and self.cluster.transactions.settled:
            thing, place = next(iter(self.early.items()))
            raise Violation(f"V5: {place} holds {thing}, of which no committed record speaks")

    def _new(self, role: str, number: int) -> list[Record]:
        place = (self.names.of(role), number)
        log = self.cluster.log(place)
        since = self.places.get(place, 0)
        if log.stable <= since:
            return []
        self.places[place] = log.stable
        return list(log.committed(since))

    def _ledger(self, number: int, fetched: Record) -> None:
        where = f"ledger {number}, offset {fetched.offset}"
        assert fetched.value is not None
        record = DECODER.decode(fetched.value)
        if not self.chains[number].accept(record.seq, record.prev, fetched.value):
            raise Violation(f"V3: {where} does not continue the chain: sequence {record.seq}")
        self.records += 1
        self._source(where, record)
        self._member(where, record)
        for entry in record.entries:
            for leg in entry.legs:
                if leg.amount < 0:
                    raise Violation(f"C1: {where} moves {leg.amount} {entry.unit}")
        for effect in record.effects:
            self._expect(where, ("transfers", effect.id), b"")
        if record.member_sequence is not None:
            for role, _key, value, headers in outputs(record):
                name = dict(headers)["ce_id"].decode()
                self._expect(where, (role, name), value or b"")

    def _source(self, where: str, record: LedgerRecord) -> None:
        at = record.source
        if at is None:
            return
        source = (at.topic, at.partition, at.offset)
        if source in self.sources:
            raise Violation(f"O1: {where} decides {source} again")
        self.sources.add(source)
        if at.offset < self.positions.get((at.topic, at.partition), 0):
            raise Violation(f"V2: {where} goes back to {source}")
        self.positions[at.topic, at.partition] = at.offset + 1

    def _member(self, where: str, record: LedgerRecord) -> None:
        name, sequence = record.account, record.member_sequence
        if name is not None and sequence is not None:
            if sequence != self.members.get(name, 0) + 1:
                last = self.members.get(name, 0)
                raise Violation(f"V1: {where} has {name} at {sequence} after {last}")
            self.members[name] = sequence
        cause = record.cause
        if name is not None and cause is not None and record.outcome == "accepted":
            identity = (name, cause.source, cause.id)
            if identity in self.effective and record.transfer is None and record.source is not None:
                raise Violation(f"O2: {where} accepts {cause.id} again")
            self.effective.add(identity)

    def _expect(self, where: str, thing: Thing, value: bytes) -> None:
        if thing in self.due:
            raise Violation(f"O4: {where} names {thing} again")
        self.due[thing] = value
        if self.early.pop(thing, None) is not None:
            self._same(thing, self.seen[thing], where)

    def _output(self, role: str, record: Record) -> None:
        where = f"{role} {record.partition}, offset {record.offset}"
        value = record.value or b""
        if role == "transfers":
            transfer = TRANSFERS.decode(value)
            if transfer.kind == CLOCK:
                return
            thing = (role, transfer.id)
        else:
            thing = (role, dict(record.headers)["ce_id"].decode())
        if thing in self.seen:
            raise Violation(f"O4: {where} has {thing} again")
        self.seen[thing] = value
        if thing in self.due:
            self._same(thing, value, where)
        else:
            self.early[thing] = where

    def _same(self, thing: Thing, value: bytes, where: str) -> None:
        if thing[0] != "transfers" and self.due[thing] != value:
            raise Violation(f"O4: {where}: {thing} is not what the ledger says")

    def miss(self, things: Iterable[Thing]) -> None:
        """They were there, and are not any more: somebody has to publish them again."""
        for thing in things:
            self.seen.pop(thing, None)

    def lost(self) -> list[str]:
        """Outputs that committed ledger records speak of, and that nobody has seen."""
        return [f"O4: {thing} is nowhere" for thing in self.due if thing not in self.seen]

    def undecided(self) -> list[str]:
        """Inputs that no committed ledger record speaks of."""
        left = []
        for topic in self.names.inputs():
            for log in self.cluster.topics[topic]:
                # What lies beyond the last stable offset is not for anybody yet.
                there = {record.offset for record in self._inputs(log)}
                missing = [
                    offset
                    for offset in sorted(there)
                    if (topic, log.number, offset) not in self.sources
                ]
                if missing:
                    left.append(f"{topic} {log.number} from {missing[0]}: {len(missing)}")
                if log.stable < log.end:
                    left.append(f"{topic} {log.number} is open from {log.stable}")
        return left

    def _inputs(self, log: Any) -> list[Record]:
        return [r for r in log.committed() if r.offset >= log.start]


def verified(cluster: Cluster, names: Names, partitions: int) -> Report:
    """Everything, as `ledger verify` judges it."""
    topics = Topics(
        names.of("ledger"),
        names.of("snapshots"),
        names.of("transfers"),
        {role: names.of(role) for role in OUTPUT_ROLES},
    )
    logs = [log for logs in cluster.topics.values() for log in logs]
    begins = {(log.topic, log.number): log.start for log in logs}
    check = Verification(topics, partitions, outputs, begins)
    for number in range(partitions):
        check.begin(number)
        for record in _all(cluster, topics.snapshots, number):
            check.snapshot(record)
        for record in _all(cluster, topics.ledger, number):
            check.ledger(record)
        for role in OUTPUT_ROLES:
            for record in _all(cluster, topics.outputs[role], number):
                check.output(role, record)
        for record in _all(cluster, topics.transfers, number):
            check.transfer(record)
        _look_into_gaps(cluster, check, number)
        wanted = check.repeated()
        for record in _all(cluster, topics.ledger, number) if wanted else ():
            check.again(record, wanted)
        check.end()
    return check.finish()


def _look_into_gaps(cluster: Cluster, check: Verification, number: int) -> None:
    for gap in check.gaps():
        for record in _all(cluster, gap.topic, number):
            if gap.start <= record.offset < gap.end:
                check.lies(gap.topic, record.offset)


def _all(cluster: Cluster, topic: str, number: int) -> list[Fetched]:
    log = cluster.topics.get(topic, [None] * (number + 1))[number]
    return [] if log is None else [Fetched(*record) for record in log.committed()]
