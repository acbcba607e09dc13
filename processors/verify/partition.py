"""One partition: its ledger in order, and everything that must follow from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from processors.partition.dead_letters import fingerprint
from processors.routing import partition_of
from processors.verify.books import Books
from processors.verify.findings import Place
from processors.verify.outputs import digest_of
from processors.verify.sources import Sources
from schemas.chain import GENESIS, Chain
from schemas.upcasts import read_record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from processors.partition.head import Head
    from processors.partition.records import Fetched, Headers
    from processors.verify.findings import Findings
    from processors.verify.outputs import OutputCheck
    from processors.verify.snapshots import Snapshots
    from processors.verify.sources import Settlements
    from processors.verify.transfers import TransferCheck
    from schemas.ledger import LedgerRecord

    Outputs = Callable[[LedgerRecord], Iterable[tuple[str, bytes, bytes | None, Headers]]]


WHY = ("hash", "reason", "stage", "path")
"""What a ledger record says of an input that could not be read."""


class PartitionCheck:
    """Pushed in this order: all snapshots; then ledger and outputs in any mixture."""

    def __init__(  # noqa: PLR0913 - the parts of a partition
        self,
        findings: Findings,
        number: int,
        count: int,
        ledger_topic: str,
        outputs: Outputs,
        checks: dict[str, OutputCheck],
        *,
        snapshots: Snapshots,
        transfers: TransferCheck,
        settlements: Settlements,
    ) -> None:
        self.findings = findings
        self.number = number
        self.count = count
        self.topic = ledger_topic
        self.outputs = outputs
        self.checks = checks
        self.snapshots = snapshots
        self.transfers = transfers
        self.settlements = settlements
        self.chain = Chain()
        self.books = Books(findings)
        self.sources = Sources(findings, number)
        self.versions: set[str] = set()
        self.programs: set[str] = set()
        self.began = False
        """True once the record was seen with which the head's run began."""
        self.high: dict[str, tuple[int, int]] = {}
        self.outcomes: dict[str, int] = {}
        self.ignored: Place | None = None
        """The first record after the last accepted one that was not accepted."""
        self.last_offset = -1
        self.last_hash = GENESIS
        self.again_chain = Chain()
        self.ended = False

    @property
    def cut(self) -> int | None:
        """The sequence from which on the snapshots know nothing. None: there is no head."""
        head = self.snapshots.head
        return None if head is None else head.next_seq

    def take(self, fetched: Fetched) -> None:
        """The next record of the ledger."""
        place = Place(self.topic, self.number, fetched.offset)
        record = self._read(fetched, place, self.chain)
        if record is None:
            self.ignored = self.ignored or place
            return
        if self.ignored is not None:
            self.ignored = None
        self.outcomes[record.outcome] = self.outcomes.get(record.outcome, 0) + 1
        certain = self.cut is not None and record.seq < self.cut
        if not certain:
            self.end()
        try:
            self._follow(record, fetched, place, certain=certain)
        except Exception as bad:  # noqa: BLE001  # a record of other bytes may break anything
            what = f"{type(bad).__name__}: {bad}"
            self.findings.add("D1 fold", place, what, "a record that can be folded")

    def _follow(
        self, record: LedgerRecord, fetched: Fetched, place: Place, *, certain: bool
    ) -> None:
        self._publish(record, certain=certain)
        self.transfers.sent(record, self.number, certain=certain)
        self.transfers.received(record)
        if certain:
            self.last_offset, self.last_hash = fetched.offset, self.chain.prev
            self._fold(record, fetched, place)

    def _read(self, fetched: Fetched, place: Place, chain: Chain) -> LedgerRecord | None:
        value = fetched.value or b""
        try:
            record = read_record(value)
        except (msgspec.DecodeError, ValueError) as bad:
            if chain is self.chain:
                self.findings.add("V3 unreadable", place, str(bad), "a ledger record")
            return None
        return record if chain.accept(record.seq, record.prev, value) else None

    def _fold(self, record: LedgerRecord, fetched: Fetched, place: Place) -> None:
        head = self.snapshots.head
        if record.program is not None:
            self.programs.add(record.program)
        if head is not None:
            self._compare_places(head, record, place)
        if record.source is not None:
            self.sources.take(record.source, place)
        if record.transfer is not None:
            sender, seq, index = record.transfer
            known = self.high.get(str(sender), (0, -1))
            self.high[str(sender)] = max(known, (seq, index))
        if record.program_version is not None:
            self.versions.add(record.program_version)
        self.settlements.take(record, place)
        name = record.account
        if name is None:
            return
        if fetched.key != name.encode() or partition_of(name, self.count) != self.number:
            what = f"a record of {name} lies here under the key {fetched.key!r}"
            self.findings.add(
                "O1 place", place, what, f"partition {partition_of(name, self.count)}"
            )
        self.snapshots.note(record, name, place, self.books.accounts)
        self.books.take(record, name, place)

    def _compare_places(self, head: Head, record: LedgerRecord, place: Place) -> None:
        """The head's last run and its tail begin where it says."""
        if record.seq == head.began_seq:
            self.began = True
            self._same("D1 head", place, "the last run begins at", head.began_offset, place.offset)
        if head.tail is not None and record.seq == head.tail.seq:
            held, lies = (head.tail.offset, head.tail.prev), (place.offset, record.prev)
            self._same("D1 head", place, "the tail begins at", held, lies)

    def _publish(self, record: LedgerRecord, *, certain: bool) -> None:
        for role, name, key, digest in self._made(record):
            self.checks[role].expect(name, key, digest, certain=certain)

    def _made(self, record: LedgerRecord) -> Iterable[tuple[str, str, bytes, bytes]]:
        if record.unreadable is not None and record.source is not None:
            at = record.source
            name = f"{at.topic}/{at.partition}/{at.offset}"
            yield "dead_letters", name, b"", _why([record.unreadable.get(part) for part in WHY])
        if record.member_sequence is None:
            return
        for role, key, value, headers in self.outputs(record):
            name = next(value for header, value in headers if header == "ce_id").decode()
            yield role, name, key, digest_of(key, value, headers)

    def again(self, fetched: Fetched, wanted: dict[str, set[str]]) -> None:
        """The ledger once more, for outputs that lie in their topics more than once."""
        record = self._read(fetched, Place(self.topic, self.number, 0), self.again_chain)
        if record is None:
            return
        for role, name, _, digest in self._made(record):
            if name in wanted.get(role, ()):
                self.checks[role].again(name, digest)

    def end(self) -> None:
        """The ledger reached the cut: compare snapshots and head. Done once."""
        if self.ended:
            return
        self.ended = True
        head = self.snapshots.head
        if head is not None:
            self._compare_head(head)
        self.snapshots.compare(self.books)

    def _compare_head(self, head: Head) -> None:
        chain = self.chain
        place = Place(self.snapshots.topic, self.number, self.snapshots.head_offset)
        reached = min(chain.next_seq, head.next_seq)
        if reached < head.next_seq:
            where = self.ignored or Place(self.topic, self.number, self.last_offset)
            what = f"the chain of hashes breaks after record {chain.next_seq - 1}"
            self.findings.add("V3 chain", where, what, f"records up to {head.next_seq - 1}")
            return
        self._same("V3 chain", place, "last hash", head.prev, self.last_hash)
        self._same("D1 head", place, "next ledger offset", head.ledger_offset, self.last_offset + 2)
        self._same("D1 head", place, "positions", head.positions, self.sources.positions)
        self._same("D1 head", place, "received transfers", head.transfers, self.high)
        self._same("D1 head", place, "versions", set(head.versions), self.versions)
        self._same("D1 head", place, "its run began within the ledger", self.began, fresh=True)
        if self.programs:
            self._same("D1 head", place, "program", {head.program}, self.programs)
        self._same("F22 count", place, "partitions", head.partitions, self.count)

    def _same(self, name: str, place: Place, what: str, held: object, fresh: object) -> None:
        if held != fresh:
            self.findings.add(name, place, f"{what}: {held}", str(fresh))

    def finish(self, *, live: bool) -> None:
        """Nothing of this partition comes any more."""
        if self.cut is None and self.chain.next_seq > 1 and not live:
            place = Place(self.snapshots.topic, self.number, -1)
            self.findings.add("D1 head", place, "there is no head", "one, with every run")
        self.end()


def dead_letter_of(fetched: Fetched) -> tuple[str, bytes]:
    """Which input a dead letter holds, and the hash of its bytes and the reasons, as the ledger."""
    found = {name: value.decode(errors="replace") for name, value in fetched.headers}
    parts = (found.get(f"__streams.errors.{name}", "") for name in ("topic", "partition", "offset"))
    reference = found.get("loyalty.dlq.value", "").split()
    hashed = reference[-1] if reference else fingerprint(fetched.value)
    why = [found.get(f"loyalty.dlq.{part}") for part in WHY[1:]]
    return "/".join(parts), _why([hashed, *why])


def _why(parts: Sequence[str | None]) -> bytes:
    return "\0".join(part or "" for part in parts).encode()
