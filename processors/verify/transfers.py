"""Transfers: each effect of the ledger sent exactly once, as it was decided, and received once.

Three sides are pushed in: what the sender's ledger says, what lies in the topic, and what the
receiver's ledger consumed. What all three agree on is forgotten at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from processors.partition.reading import CLOCK
from processors.routing import partition_of
from processors.verify.findings import Place
from schemas.transfers import DECODER, ENCODER, Transfer
from schemas.values import digest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from processors.partition.records import Fetched
    from processors.verify.findings import Findings
    from schemas.ledger import LedgerRecord

Triple = tuple[int, int, int]
"""Sender's partition, sequence and index: the name of a transfer, for ever."""
ENDED = {"refused", "dead_lettered"}
"""What becomes of an event that is handed on and that no account can decide."""
Highest = dict[str, tuple[int, int]]
"""Sequence and index, by sender's partition."""
NOTHING = (0, -1)


class Traced(msgspec.Struct):
    """What is known of one transfer so far."""

    sent: str = ""
    """Digest of its bytes, without the count of hops, as the sender's ledger has it."""
    certain: bool = True
    present: str = ""
    place: Place | None = None
    copies: int = 0
    received: int = 0


class TransferCheck:
    """The transfers between all partitions."""

    def __init__(self, findings: Findings, topic: str, count: int) -> None:
        self.findings = findings
        self.topic = topic
        self.count = count
        self.traced: dict[Triple, Traced] = {}
        self.hops: dict[Triple, int] = {}
        """Of those that travelled more than one hop."""
        self.onward: dict[Triple, Triple] = {}
        """Transfers that were sent because of another one."""
        self.done = 0
        self.waiting = 0

    def sent(self, record: LedgerRecord, partition: int, *, certain: bool) -> None:
        """The sender's ledger says so."""
        cause = record.cause
        for index, effect in enumerate(record.effects):
            assert cause is not None, "an effect has a cause"
            transfer = Transfer(
                arrived=cause.at.timestamp if cause.at.topic else cause.time // 1000,
                cause=cause,
                data=effect.data,
                id=effect.id,
                index=index,
                kind=effect.kind,  # type: ignore[arg-type]  # compared as written
                sender=record.account or "",
                sender_partition=partition,
                sender_seq=record.seq,
                time=cause.time if effect.time is None else effect.time,
                to=effect.to,
            )
            triple = (partition, record.seq, index)
            traced = self.traced.setdefault(triple, Traced())
            traced.sent = digest(ENCODER.encode(transfer))
            traced.certain = certain
            if record.transfer is not None:
                self.onward[triple] = record.transfer
            self._settle(triple, traced)

    def take(self, record: Fetched) -> None:
        """It lies in the topic."""
        place = Place(self.topic, record.partition, record.offset)
        try:
            transfer = DECODER.decode(record.value or b"")
        except (msgspec.DecodeError, UnicodeDecodeError) as bad:
            self.findings.add("T1 unreadable", place, str(bad), "a transfer")
            return
        if transfer.kind == CLOCK:
            return
        self._check_form(transfer, record, place)
        triple = (transfer.sender_partition, transfer.sender_seq, transfer.index)
        if transfer.hops != 1:
            self.hops[triple] = transfer.hops
        traced = self.traced.setdefault(triple, Traced())
        made = digest(ENCODER.encode(replace(transfer, hops=0)))
        if traced.copies and traced.present != made:
            self.findings.add("T1 bytes", place, f"{triple} repeats with other bytes", "the same")
        traced.present, traced.place = made, place
        traced.copies += 1
        self._settle(triple, traced)

    def _check_form(self, transfer: Transfer, record: Fetched, place: Place) -> None:
        if ENCODER.encode(transfer) != record.value:
            self.findings.add("T1 bytes", place, "it is not written as we write", "canonical JSON")
        home = partition_of(transfer.to, self.count)
        if record.partition != home or record.key != transfer.to.encode():
            what = f"a transfer to {transfer.to} lies here"
            self.findings.add("T1 place", place, what, f"its key, in partition {home}")

    def received(self, record: LedgerRecord) -> None:
        """The receiver's ledger consumed it; repeats are consumed as duplicates."""
        triple = record.transfer
        if triple is None or (record.account is None and record.outcome not in ENDED):
            # A repeat, or the passing of time, which no ledger sent.
            return
        traced = self.traced.setdefault(triple, Traced())
        traced.received += 1
        self._settle(triple, traced)

    def _settle(self, triple: Triple, traced: Traced) -> None:
        if not (traced.sent and traced.copies and traced.received):
            return
        if traced.copies == 1 and traced.received == 1 and traced.sent == traced.present:
            del self.traced[triple]
            self.done += 1
            if (triple in self.hops) != (triple in self.onward):
                self._miscounted(triple, "one more than what it was sent because of")

    def finish(self, *, live: bool, begins: dict[int, int], highest: Mapping[int, Highest]) -> None:
        """Judge what the three sides do not agree on. `begins`: first offsets still kept.

        `highest`: what each partition has consumed of each sender, who sends in order.
        """
        for triple, traced in sorted(self.traced.items()):
            self._judge(triple, traced, live=live, begins=begins)
            if traced.sent and traced.place is not None and not traced.received:
                self._judge_waiting(triple, traced.place, highest)
        if not any(begins.values()):
            self._judge_hops()

    def _judge(self, triple: Triple, traced: Traced, *, live: bool, begins: dict[int, int]) -> None:
        place = traced.place or Place(self.topic, -1, -1)
        name = "transfer {}/{}/{}".format(*triple)
        if not traced.sent:
            if not live:
                self.findings.add("T1 stranger", place, f"{name} was decided nowhere", "nothing")
        elif not traced.copies:
            gone = bool(traced.received) and any(begins.values())
            if traced.certain and not gone:
                self.findings.add("T1 missing", place, f"{name} was not sent", "one record")
        elif traced.sent != traced.present:
            self.findings.add("T1 bytes", place, f"{name} is not what was decided", "the same data")
        if traced.received > 1:
            what = f"{name} took effect {traced.received} times"
            self.findings.add("T1 twice", place, what, "once")

    def _judge_waiting(self, triple: Triple, place: Place, highest: Mapping[int, Highest]) -> None:
        """On its way, or passed over: something of its sender's that is younger was consumed."""
        sender, *sent = triple
        if tuple(sent) > highest.get(place.partition, {}).get(str(sender), NOTHING):
            self.waiting += 1
        else:
            what = "transfer {}/{}/{} took no effect, and later ones did".format(*triple)
            self.findings.add("T1 lost", place, what, "once")

    def _judge_hops(self) -> None:
        for triple, hops in self.hops.items():
            before = self.onward.get(triple)
            if before is None or before in self.traced or triple in self.traced:
                continue
            if hops != self.hops.get(before, 1) + 1:
                self._miscounted(triple, str(self.hops.get(before, 1) + 1))

    def _miscounted(self, triple: Triple, expected: str) -> None:
        place = Place(self.topic, triple[0], -1)
        what = "transfer {}/{}/{} has a wrong count of hops".format(*triple)
        self.findings.add("T1 bytes", place, what, expected)
