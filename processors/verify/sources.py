"""Every input in one intake record, none left out; what was parked waits, or is settled once."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from processors.inputs import TIME_PASSED, TRANSFER
from processors.verify.findings import Place
from schemas.transfers import EVENT_DECODER
from schemas.values import identity

if TYPE_CHECKING:
    from processors.verify.findings import Findings
    from schemas.ledger import Coordinates, LedgerRecord

FORWARD = "forward"


class Gap(NamedTuple):
    """Offsets of an input that no record of the ledger names: `start` up to, not with, `end`.

    No fault where nothing lies there: a transaction's marker takes an offset too.
    """

    topic: str
    partition: int
    start: int
    end: int


class Sources:
    """The inputs of one partition, as its ledger names them."""

    def __init__(self, findings: Findings, partition: int) -> None:
        self.findings = findings
        self.partition = partition
        self.positions: dict[str, int] = {}
        """Next offset, by topic."""
        self.gaps: dict[str, list[Gap]] = {}

    def take(self, source: Coordinates, place: Place) -> None:
        """A ledger record consumed this input."""
        expected = self.positions.get(source.topic, 0)
        if source.partition != self.partition:
            what = f"it consumed partition {source.partition} of {source.topic}"
            self.findings.add("O1 place", place, what, f"partition {self.partition}")
        if source.offset < expected:
            what = f"{source.topic} offset {source.offset} was consumed before"
            self.findings.add("O1 twice", place, what, f"offset {expected} or beyond")
            return
        if source.offset > expected:
            gap = Gap(source.topic, self.partition, expected, source.offset)
            self.gaps.setdefault(source.topic, []).append(gap)
        self.positions[source.topic] = source.offset + 1

    def skipped(self, topic: str, offset: int) -> None:
        """An input lies in a gap: it was passed over."""
        place = Place(topic, self.partition, offset)
        what = "this input is in no ledger record, though later ones are"
        self.findings.add("O1 skipped", place, what, "one intake record")


class Settlements:
    """Inputs that wait for something, over all partitions: settled at most once.

    One that was given up may come to life again, once, when a late event brings what it waited
    for: it is then as if it had never been given up.
    """

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.open: dict[str, int] = {}
        """By identity: intakes that wait, less settlements. Zeros are dropped."""
        self.places: dict[str, Place] = {}
        """Where each of these was last spoken of."""
        self.parked: set[str] = set()
        """Identities of what waits in any account."""
        self.given_up: set[str] = set()
        self.revived = 0

    def take(self, record: LedgerRecord, place: Place) -> None:
        """Count what the record leaves waiting, and what it settles."""
        cause = record.cause
        if cause is not None and _waits(record):
            self._count(identity(cause.source, cause.id), 1, place)
        own = identity(cause.source, cause.id) if cause and record.outcome == "parked" else ""
        gives_up = cause is not None and cause.type == TIME_PASSED
        for settled in record.settles:
            self._settle(settled, place)
            # A late one that has waited in vain before it came can come to life as well.
            if gives_up or settled == own:
                self.given_up.add(settled)
        if record.outcome == "accepted":
            for effect in record.effects:
                if effect.kind == FORWARD:
                    event = EVENT_DECODER.decode(effect.data)
                    if event.settles:
                        self._settle(identity(event.source, event.id), place)

    def _settle(self, name: str, place: Place) -> None:
        if name in self.given_up:
            self.given_up.remove(name)
            self.revived += 1
        else:
            self._count(name, -1, place)

    def _count(self, name: str, change: int, place: Place) -> None:
        now = self.open.get(name, 0) + change
        if now:
            self.open[name], self.places[name] = now, place
        else:
            self.open.pop(name, None)
            self.places.pop(name, None)

    def waiting(self) -> int:
        """Inputs that still wait."""
        return sum(count for count in self.open.values() if count > 0)

    def finish(self, *, at_rest: bool) -> None:
        """More settlements than intakes are a fault; so is an input that waits nowhere.

        `at_rest`: nothing is on its way between accounts, where it might be.
        """
        for name, count in self.open.items():
            place = self.places[name]
            if count < 0:
                what = f"input {name} is settled more often than it was parked or forwarded"
                self.findings.add("O1 settled", place, what, "one settlement")
            elif at_rest and name not in self.parked:
                what = f"input {name} was parked or forwarded, and waits in no account"
                self.findings.add("O1 dropped", place, what, "one settlement, or an account")


def _waits(record: LedgerRecord) -> bool:
    if record.outcome == "parked":
        return True
    asks = record.outcome == "forwarded" and all(e.kind != FORWARD for e in record.effects)
    # What was moved here and is moved on waits for no answer.
    return asks and record.cause is not None and not record.cause.type.startswith(TRANSFER)
