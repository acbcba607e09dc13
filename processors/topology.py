"""The whole topology without a broker: topics are lists, and time is in the caller's hand.

Runs every partition by the same fold as the workers, and everything between them crosses the
topics. A partition can be dropped before or after any commit; it then comes back from its
snapshots and its ledger alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import merge
from itertools import islice
from typing import TYPE_CHECKING, Literal

from processors.partition import Engine, Fetched, Partition, remembered
from processors.partition.planning import plan
from processors.partition.records import LEDGER, ROLES, SNAPSHOTS, TRANSFERS
from processors.routing import partition_of
from schemas.ledger import DECODER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from processors.partition import Batch, HistoryWanted
    from processors.partition.records import Headers
    from schemas.ledger import LedgerRecord

Moment = Literal["before_commit", "after_commit"]


@dataclass
class Log:
    """One partition of one topic. A hole is an offset that a transaction marker took."""

    records: list[Fetched | None] = field(default_factory=list)

    def read(self, offset: int = 0) -> Iterator[Fetched]:
        """Records from an offset on."""
        for place in range(offset, len(self.records)):
            record = self.records[place]
            if record is not None:
                yield record


class Topology:
    """Partitions and the topics between them.

    `crash(partition, moment)` is asked around each commit; where it says yes, the partition is
    dropped there and rebuilt.
    """

    def __init__(
        self,
        engine: Engine,
        partitions: int = 3,
        run_size: int = 2_000,
        crash: Callable[[int, Moment], bool] | None = None,
        lag: int = 25,
    ) -> None:
        self.engine = engine
        self.count = partitions
        self.run_size = run_size
        self.lag = lag
        self.crash = crash or (lambda _number, _moment: False)
        self.now = 0
        """The clock, microseconds since 1970 UTC."""
        self.logs: dict[str, list[Log]] = {}
        self.roles = {role: role for role in ROLES} | {TRANSFERS: engine.transfers_topic}
        for topic in self.roles.values():
            self.topic(topic)
        self.inputs = [engine.transfers_topic]
        self.partitions = [self._empty(number) for number in range(partitions)]
        self.restarts = 0

    def topic(self, name: str) -> list[Log]:
        """The topic's partitions."""
        if name not in self.logs:
            self.logs[name] = [Log() for _ in range(self.count)]
        return self.logs[name]

    def send(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        headers: Headers = (),
        *,
        timestamp: int | None = None,
        partition: int | None = None,
    ) -> Fetched:
        """Append one input record, by default where its key belongs and at the clock's time."""
        if topic not in self.inputs:
            self.inputs.append(topic)
            self.inputs.sort()
        if partition is None:
            partition = partition_of((key or b"").decode(), self.count)
        at = self.now // 1000 if timestamp is None else timestamp
        records = self.topic(topic)[partition].records
        sent = Fetched(topic, partition, len(records), at, key, value, headers)
        records.append(sent)
        return sent

    def pump(self) -> None:
        """Fold until no partition has anything left to read, transfers included."""
        quiet = False
        while not quiet:
            quiet = True
            for number in range(self.count):
                if self.run(number):
                    quiet = False

    def advance(self, until: int) -> None:
        """Let time pass up to and including an instant; what falls due happens in its order."""
        self.pump()
        while (due := self.next_due()) is not None and due <= until:
            self.now = max(self.now, due)
            for number in range(self.count):
                self._advance(number, due)
            self.pump()
        self.now = max(self.now, until)

    def next_due(self) -> int | None:
        """The first instant at which any account has something due."""
        instants = [partition.next_due() for partition in self.partitions]
        return min((instant for instant in instants if instant is not None), default=None)

    def run(self, number: int) -> bool:
        """Fold one run of a partition. False if nothing waited."""
        run = self.waiting(number)
        if not run:
            return False
        # What we write carries the append time, and nothing is appended before what it answers.
        self.now = max(self.now, run[-1].timestamp * 1000)
        histories: dict[str, list[bytes]] = {}
        while run:
            batch = self.partitions[number].fold(run, histories)
            if not self._commit(number, batch) or batch.stopped_at is None:
                break
            run = run[batch.stopped_at :]
            histories = {want.account: self.history(number, want) for want in batch.wanted}
        return True

    def waiting(self, number: int) -> list[Fetched]:
        """The next run of a partition: by timestamp, then topic, then offset."""
        positions = self.partitions[number].positions
        found = [self.logs[topic][number].read(positions.get(topic, 0)) for topic in self.inputs]
        return list(islice(merge(*found, key=_order), self.run_size))

    def history(self, number: int, want: HistoryWanted) -> list[bytes]:
        """The ledger records that a late input is decided with, as bytes."""
        records = self.logs[LEDGER][number].records
        if want.whole:
            key = want.account.encode()
            own = [_value(record) for record in records if record and record.key == key]
            return [value for value in own if remembered(DECODER.decode(value))]
        return [_value(records[offset]) for offset in want.offsets]

    def restart(self, number: int) -> None:
        """Drop a partition, rebuild it, and plan it by the program that there is now."""
        self.restarts += 1
        partition = self.partitions[number] = self.recovered(number)
        for batch in plan(partition):
            if not self._commit(number, batch):
                break

    def recovered(self, number: int) -> Partition:
        """A partition as its snapshots and its ledger give it."""
        partition = self._empty(number)
        snapshots = self.logs[SNAPSHOTS][number]
        for record in snapshots.read():
            partition.apply_snapshot(record.key or b"", record.value, record.headers)
        ledger = self.logs[LEDGER][number]
        for record in ledger.read():
            partition.apply_record(record.offset, _value(record))
        partition.recovered()
        partition.writer.ledger_offset = len(ledger.records)
        return partition

    def _empty(self, number: int) -> Partition:
        return Partition(self.engine, number, self.count, lag=self.lag)

    def ledger(self, number: int) -> list[LedgerRecord]:
        """The ledger of one partition, decoded."""
        log = self.logs[LEDGER][number]
        return [DECODER.decode(_value(record)) for record in log.read()]

    def written(self, role: str) -> list[Fetched]:
        """All that was written to a topic, partition by partition."""
        return [record for log in self.logs[self.roles[role]] for record in log.read()]

    def _advance(self, number: int, until: int) -> None:
        while (due := self.partitions[number].next_due()) is not None and due <= until:
            self._commit(number, self.partitions[number].advance(until, self.run_size))

    def _commit(self, number: int, batch: Batch) -> bool:
        """Append a batch as one transaction. False if the partition was dropped on the way."""
        if not len(batch):
            return True
        if self.crash(number, "before_commit"):
            self.restart(number)
            return False
        ledger = self.logs[LEDGER][number].records
        if len(ledger) != batch.ledger_offset:
            raise AssertionError("somebody else wrote to the ledger")
        touched: list[Log] = []
        for role, outgoing in batch.outgoing.items():
            topic = self.roles[role]
            for record in outgoing:
                log = self.logs[topic][record.partition]
                log.records.append(
                    Fetched(
                        topic,
                        record.partition,
                        len(log.records),
                        self.now // 1000,
                        record.key,
                        record.value,
                        record.headers,
                    )
                )
                if all(log is not known for known in touched):
                    touched.append(log)
        for log in touched:
            log.records.append(None)
        if self.crash(number, "after_commit"):
            self.restart(number)
            return False
        return True


def _order(record: Fetched) -> tuple[int, str, int]:
    return record.timestamp, record.topic, record.offset


def _value(record: Fetched | None) -> bytes:
    if record is None or record.value is None:
        raise AssertionError("no ledger record lies here")
    return record.value
