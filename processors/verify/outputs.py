"""One partition of an output topic, against what a fresh projection of its ledger publishes.

Expected and present records are pushed in as they are read, in any mixture; what both sides agree
on is forgotten at once, so memory is bounded by how far one side is read ahead of the other.
A repeat comes after its original was forgotten. It stays open until the ledger is read again.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

from processors.verify.findings import Place

if TYPE_CHECKING:
    from processors.partition.records import Headers
    from processors.verify.findings import Findings

NOWHERE = -1
IDENTITY = "ce_id"


class Expected(NamedTuple):
    """What must lie in the topic: its digest, its place in order, and whose it is."""

    digest: bytes
    number: int
    key: bytes
    certain: bool
    """False beyond the cut: it may not have been written when the topic's end was taken."""


class Present(NamedTuple):
    """What lies in the topic."""

    digest: bytes
    offset: int


def digest_of(key: bytes | None, value: bytes | None, headers: Headers) -> bytes:
    """One hash over all that a reader sees of a record."""
    parts = [b"" if key is None else key, b"" if value is None else value]
    for name, content in sorted(headers):
        parts += (name.encode(), content)
    lengths = f"{key is None} {value is None} {[len(part) for part in parts]}"
    return blake2b(b"".join((lengths.encode(), *parts)), digest_size=16).digest()


def identity_of(headers: Headers) -> str:
    """The id of an output; empty where it has none."""
    for name, value in headers:
        if name == IDENTITY:
            return value.decode(errors="replace")
    return ""


class OutputCheck:
    """Compares one partition of one output topic."""

    def __init__(
        self, findings: Findings, topic: str, partition: int, *, compacted: bool, begin: int = 0
    ) -> None:
        self.findings = findings
        self.topic = topic
        self.partition = partition
        self.compacted = compacted
        self.begin = begin
        """First offset that is still kept."""
        self.number = 0
        self.last = (NOWHERE, begin - 1)
        """Number and offset of the last record that both sides had, in order."""
        self.missing: dict[str, Expected] = {}
        self.early: dict[str, list[Present]] = {}
        self.passed: dict[bytes, tuple[str, int]] = {}
        """By key: what compaction must have removed, so a later record of the key must follow."""
        self.compared = self.repeats = self.removed = self.ahead = 0

    def expect(self, name: str, key: bytes, digest: bytes, *, certain: bool) -> None:
        """The ledger says that this record must lie here, after the one expected before."""
        expected = Expected(digest, self.number, key, certain)
        self.number += 1
        present = self.early.get(name)
        if present is None:
            self.missing[name] = expected
            return
        first = present.pop(0)
        if not present:
            del self.early[name]
        self._match(name, expected, first)

    def take(self, name: str, digest: bytes, offset: int) -> None:
        """A record with this id lies here."""
        present = Present(digest, offset)
        expected = self.missing.pop(name, None)
        if expected is None:
            self.early.setdefault(name, []).append(present)
        else:
            self._match(name, expected, present)

    def _match(self, name: str, expected: Expected, present: Present) -> None:
        self.compared += 1
        self._same(name, expected.digest, present)
        number, offset = self.last
        if expected.number > number:
            skipped = self._pass(expected.number)
            kept_from_start = number != NOWHERE or self.begin == 0
            room = present.offset - offset - 1
            if self.compacted and kept_from_start and room < skipped:
                place = Place(self.topic, self.partition, present.offset)
                what = f"{skipped} records are missing before it"
                self.findings.add("O4 missing", place, what, "what the ledger publishes, in order")
            self.last = (expected.number, present.offset)
        gone = self.passed.get(expected.key)
        if gone is not None and gone[1] < expected.number:
            del self.passed[expected.key]

    def _pass(self, number: int) -> int:
        """Set aside what was expected before `number` and did not come. Answers how many."""
        late = []
        for name, expected in self.missing.items():
            if expected.number >= number:
                break
            late.append(name)
        for name in late:
            self._gone(name, self.missing.pop(name))
        return len(late)

    def _gone(self, name: str, expected: Expected) -> None:
        if self.compacted:
            self.passed[expected.key] = (name, expected.number)
            self.removed += 1
        elif self.begin > 0 and self.last[0] == NOWHERE:
            self.removed += 1
        elif expected.certain:
            self._lack(name, expected.key)

    def _lack(self, name: str, key: bytes) -> None:
        place = Place(self.topic, self.partition, -1)
        what = f"output {name} of {key.decode(errors='replace')} is missing"
        self.findings.add("O4 missing", place, what, "one record with this id")

    def _same(self, name: str, digest: bytes, present: Present) -> None:
        if digest != present.digest:
            place = Place(self.topic, self.partition, present.offset)
            what = f"output {name} differs from a fresh projection of the ledger"
            self.findings.add("O4 bytes", place, what, "the same key, value and headers")

    def open_ids(self) -> set[str]:
        """Ids that are still open once both sides were read: repeats, or strangers."""
        return set(self.early)

    def again(self, name: str, digest: bytes) -> None:
        """The ledger does publish this id: what is open under it are repeats."""
        for present in self.early.pop(name, ()):
            self.repeats += 1
            self._same(name, digest, present)

    def finish(self, *, live: bool) -> None:
        """Judge what is left. While the ledger grows, what lies ahead of its end is no fault."""
        for key, (identity, _) in self.passed.items():
            self._lack(identity, key)
        for name, expected in self.missing.items():
            if self.begin > 0 and self.last[0] == NOWHERE and not self.compacted:
                self.removed += 1
            elif expected.certain:
                self._lack(name, expected.key)
        for name, strangers in self.early.items():
            if live:
                self.ahead += len(strangers)
                continue
            for one in strangers:
                place = Place(self.topic, self.partition, one.offset)
                what = f"output {name or 'without an id'} follows from no ledger record"
                self.findings.add("V5 stranger", place, what, "nothing here")
