"""The whole deployment: all partitions, what travels between them, and the book they keep."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from processors.partition.records import BALANCES, DEAD_LETTERS, ELIGIBILITY, NOTICES
from processors.verify.findings import Finding, Findings, Place
from processors.verify.outputs import OutputCheck, digest_of, identity_of
from processors.verify.partition import PartitionCheck, dead_letter_of
from processors.verify.snapshots import Snapshots
from processors.verify.sources import Settlements
from processors.verify.transfers import TransferCheck

if TYPE_CHECKING:
    from collections.abc import Mapping

    from processors.partition.records import Fetched
    from processors.verify.partition import Outputs
    from processors.verify.sources import Gap
    from processors.verify.transfers import Highest

OUTPUT_ROLES = (BALANCES, ELIGIBILITY, NOTICES, DEAD_LETTERS)


class Topics(NamedTuple):
    """Names of the topics that are checked."""

    ledger: str
    snapshots: str
    transfers: str
    outputs: Mapping[str, str]
    """By role: balances, eligibility, notices, dead letters."""


class Report(NamedTuple):
    """What was checked, and what is wrong."""

    findings: tuple[Finding, ...]
    total: int
    """Findings, those that were only counted included."""
    records: int
    ignored: int
    outcomes: Mapping[str, int]
    accounts: int
    snapshots: int
    outputs: Mapping[str, int]
    repeats: int
    removed: int
    """Outputs that compaction or retention has removed."""
    transfers: int
    on_the_way: int
    waiting: int
    """Inputs that are parked or forwarded and not settled yet."""
    units: Mapping[str, Mapping[str, int]]
    scales: Mapping[str, int]
    live: bool

    @property
    def holds(self) -> bool:
        """True if nothing is wrong."""
        return not self.total


class Verification:
    """Push one partition after another: begin, snapshots, ledger and outputs, end; then finish.

    `begins` names the first offset still kept, by topic and partition; zero where it is absent.
    """

    def __init__(
        self,
        topics: Topics,
        count: int,
        outputs: Outputs,
        begins: Mapping[tuple[str, int], int] | None = None,
    ) -> None:
        self.topics = topics
        self.count = count
        self.outputs = outputs
        self.begins = begins or {}
        self.findings = Findings()
        self.transfers = TransferCheck(self.findings, topics.transfers, count)
        self.highest: dict[int, Highest] = {}
        """What each partition has consumed of each sender's transfers."""
        self.settlements = Settlements(self.findings)
        self.units: dict[str, dict[str, int]] = {}
        self.scales: dict[str, int] = {}
        self.outcomes: dict[str, int] = {}
        self.compared: dict[str, int] = dict.fromkeys(OUTPUT_ROLES, 0)
        self.records = self.ignored = self.accounts = self.snapshots = 0
        self.repeats = self.removed = 0
        self.at: PartitionCheck

    def begin(self, number: int) -> None:
        """Go on with a partition."""
        checks = {
            role: OutputCheck(
                self.findings,
                topic,
                number,
                compacted=role == BALANCES,
                begin=self.begins.get((topic, number), 0),
            )
            for role, topic in self.topics.outputs.items()
        }
        self.at = PartitionCheck(
            self.findings,
            number,
            self.count,
            self.topics.ledger,
            self.outputs,
            checks,
            snapshots=Snapshots(self.findings, self.topics.snapshots, number),
            transfers=self.transfers,
            settlements=self.settlements,
        )

    def snapshot(self, record: Fetched) -> None:
        """A record of the snapshots topic. All of them come before the ledger."""
        self.at.snapshots.take(record)

    def ledger(self, record: Fetched) -> None:
        """A record of the ledger, in order."""
        self.at.take(record)

    def output(self, role: str, record: Fetched) -> None:
        """A record of an output topic, in order."""
        if role == DEAD_LETTERS:
            name, digest = dead_letter_of(record)
        else:
            name = identity_of(record.headers)
            digest = digest_of(record.key, record.value, record.headers)
        self.at.checks[role].take(name, digest, record.offset)

    def transfer(self, record: Fetched) -> None:
        """A record of the transfers topic."""
        self.transfers.take(record)

    def gaps(self) -> list[Gap]:
        """Offsets of inputs that the ledger passed over. Look there, and tell `lies`."""
        return [gap for gaps in self.at.sources.gaps.values() for gap in gaps]

    def lies(self, topic: str, offset: int) -> None:
        """An input record does lie in a gap."""
        self.at.sources.skipped(topic, offset)

    def repeated(self) -> dict[str, set[str]]:
        """Outputs that lie there more than once, or belong nowhere, by role.

        If there are any, push the ledger once more through `again`.
        """
        wanted = {role: check.open_ids() for role, check in self.at.checks.items()}
        return {role: ids for role, ids in wanted.items() if ids}

    def again(self, record: Fetched, wanted: dict[str, set[str]]) -> None:
        """A record of the ledger, for the second time."""
        self.at.again(record, wanted)

    def end(self, *, live: bool = False) -> None:
        """The partition is read. Its accounts are let go."""
        at = self.at
        at.finish(live=live)
        for role, check in at.checks.items():
            check.finish(live=live)
            self.compared[role] += check.compared
            self.repeats += check.repeats
            self.removed += check.removed
        self.records += at.chain.next_seq - 1
        self.ignored += at.chain.ignored
        self.accounts += len(at.books.accounts)
        self.snapshots += len(at.snapshots.done)
        for outcome, number in at.outcomes.items():
            self.outcomes[outcome] = self.outcomes.get(outcome, 0) + number
        self.highest[at.number] = at.high
        self._add(at)

    def _add(self, at: PartitionCheck) -> None:
        self.settlements.parked |= at.books.parked
        self.scales |= at.books.scales
        for unit, buckets in at.books.sums.items():
            whole = self.units.setdefault(unit, {})
            held = at.books.held.get(unit, {})
            for bucket, amount in buckets.items():
                whole[bucket] = whole.get(bucket, 0) + amount
            for bucket, amount in held.items():
                if buckets.get(bucket, 0) != amount:
                    place = Place(self.topics.ledger, at.number, -1)
                    what = f"{bucket} {unit} of all accounts add up to {amount}"
                    self.findings.add("C2 sum", place, what, str(buckets.get(bucket, 0)))

    def finish(self, *, live: bool = False) -> Report:
        """Judge what concerns all partitions together. `live`: the ledger grew meanwhile."""
        begins = {
            number: self.begins.get((self.topics.transfers, number), 0)
            for number in range(self.count)
        }
        self.transfers.finish(live=live, begins=begins, highest=self.highest)
        self.settlements.finish(at_rest=not live and not self.transfers.waiting)
        place = Place(self.topics.ledger, -1, -1)
        for unit, buckets in self.units.items():
            if sum(buckets.values()):
                self.findings.add("C2 sum", place, f"all {unit} add up to {buckets}", "zero")
            moving = buckets.get("in_transit", 0)
            if moving and not live and not self.transfers.waiting:
                what = f"{moving} {unit} are in transit and no transfer is on its way"
                self.findings.add("C6 transit", place, what, "zero")
        return self._report(live=live)

    def _report(self, *, live: bool) -> Report:
        return Report(
            tuple(self.findings.kept),
            len(self.findings),
            self.records,
            self.ignored,
            self.outcomes,
            self.accounts,
            self.snapshots,
            self.compared,
            self.repeats,
            self.removed,
            self.transfers.done,
            self.transfers.waiting,
            self.settlements.waiting(),
            self.units,
            self.scales,
            live,
        )
