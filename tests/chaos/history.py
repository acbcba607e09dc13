"""What a reader saw, and what is wrong with it: the questions that Jepsen asks of a log.

Judged by what the records themselves say, and by nothing of the engine but the accept rule. `live`
is what a read_committed reader saw while things went wrong, in the order in which it saw it;
`final` is what such a reader sees once everything is whole again.

lost            acknowledged or committed, and not there: the input, the record, all that a batch
                published, or a record that was passed over while reading
double          twice: a source in the ledger, an id on an output topic, a record in the reading
aborted read    seen, and not there in the end; or an output of what the ledger does not hold
inversion       seen in another order than it was written: offsets, sequences, sources
torn batch      some of what a batch must publish is there, and some is not
sequence gap    a number is left out, in the ledger or in a member's balances
"""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from schemas.chain import Chain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Place = tuple[str, int, int]
"""Role or topic, partition and offset."""
Group = tuple[str, str, int]
"""Outputs that belong together: their role, account and member sequence; or role, id and 0."""
KINDS = ("lost", "double", "aborted read", "inversion", "torn batch", "sequence gap")
BALANCES = "balances"


class Seen(NamedTuple):
    """One record of an output topic."""

    role: str
    partition: int
    offset: int
    id: str
    group: Group
    value: bytes
    """The value, or a hash of it where nobody asks for more."""

    @property
    def place(self) -> Place:
        """Where it lies."""
        return self.role, self.partition, self.offset


class Decided(NamedTuple):
    """One record of the ledger."""

    partition: int
    offset: int
    seq: int
    prev: str
    hash: str
    source: Place | None
    promises: tuple[tuple[Group, int], ...]
    """How many outputs it has, by group."""

    @property
    def place(self) -> Place:
        """Where it lies."""
        return "ledger", self.partition, self.offset


Entry = Seen | Decided


class Finding(NamedTuple):
    """One thing that is wrong."""

    kind: str
    where: str
    what: str


def check(
    live: Sequence[Entry], final: Sequence[Entry], acknowledged: Iterable[Place]
) -> list[Finding]:
    """Everything that is wrong. Empty: a sound history."""
    found = [*_readings(live, final)]
    accepted, wrong = _ledger(live)
    found += wrong
    sources = {one.source for one in accepted}
    found += [
        Finding("lost", _named(place), "acknowledged, and not in the ledger")
        for place in acknowledged
        if place not in sources
    ]
    outputs = [one for one in live if isinstance(one, Seen)]
    return [*found, *_outputs(outputs), *_batches(accepted, outputs)]


def _named(place: Place | Group) -> str:
    return "/".join(map(str, place))


def _bytes(one: Entry) -> bytes | str:
    return one.value if isinstance(one, Seen) else one.hash


def _readings(live: Sequence[Entry], final: Sequence[Entry]) -> Iterator[Finding]:
    """The reader beside, against the reader afterwards."""
    there = {one.place: _bytes(one) for one in final}
    seen = Counter(one.place for one in live)
    last: dict[tuple[str, int], int] = {}
    for one in live:
        role, number, offset = one.place
        if there.get(one.place) != _bytes(one):
            yield Finding("aborted read", _named(one.place), "seen, and not there in the end")
        if seen[one.place] == 1 and offset < last.get((role, number), -1):
            yield Finding("inversion", _named(one.place), f"after offset {last[role, number]}")
        last[role, number] = max(offset, last.get((role, number), -1))
    for place, count in seen.items():
        if count > 1:
            yield Finding("double", _named(place), f"read {count} times")
    for place in there.keys() - seen.keys():
        yield Finding("lost", _named(place), "committed, and passed over in reading")


def _ledger(live: Sequence[Entry]) -> tuple[list[Decided], list[Finding]]:
    """What the accept rule takes of each partition, and what is wrong with it."""
    chains: defaultdict[int, Chain] = defaultdict(Chain)
    accepted: list[Decided] = []
    found: list[Finding] = []
    known: set[Place] = set()
    last: dict[tuple[str, int], int] = {}
    for one in live:
        if isinstance(one, Seen):
            continue
        chain = chains[one.partition]
        if one.seq > chain.next_seq:
            found.append(Finding("sequence gap", _named(one.place), f"{chain.next_seq} is missing"))
        if (one.seq, one.prev) != (chain.next_seq, chain.prev):
            continue  # the accept rule of every reader: it is not of the ledger
        chain.next_seq, chain.prev = one.seq + 1, one.hash
        accepted.append(one)
        if one.source is None:
            continue
        topic, number, offset = one.source
        if one.source in known:
            found.append(Finding("double", _named(one.place), f"of {_named(one.source)} again"))
        elif offset < last.get((topic, number), -1):
            found.append(Finding("inversion", _named(one.place), f"of {_named(one.source)}"))
        known.add(one.source)
        last[topic, number] = max(offset, last.get((topic, number), -1))
    return accepted, found


def _outputs(outputs: Sequence[Seen]) -> Iterator[Finding]:
    """Ids come once, and a member's balances are numbered 1, 2, 3."""
    known: dict[tuple[str, str], Place] = {}
    sequences: Counter[str] = Counter()
    for one in outputs:
        before = known.setdefault((one.role, one.id), one.place)
        if before != one.place:
            yield Finding("double", _named(one.place), f"the id of {_named(before)}")
            continue
        if one.role == BALANCES:
            _, account, sequence = one.group
            last = sequences[account]
            if sequence <= last:
                yield Finding("inversion", _named(one.place), f"{sequence} after {last}")
            elif sequence > last + 1:
                yield Finding("sequence gap", _named(one.place), f"{sequence} after {last}")
            sequences[account] = max(sequence, last)


def _batches(accepted: Sequence[Decided], outputs: Sequence[Seen]) -> Iterator[Finding]:
    """What a transaction decided, and what it published."""
    there: defaultdict[Group, set[str]] = defaultdict(set)
    for one in outputs:
        there[one.group].add(one.id)
    promised: set[Group] = set()
    for batch in batches(accepted):
        wanted: Counter[Group] = Counter()
        for record in batch:
            for group, count in record.promises:
                wanted[group] += count
        promised |= wanted.keys()
        missing = {group for group, count in wanted.items() if len(there[group]) < count}
        kind = "lost" if len(missing) == len(wanted) else "torn batch"
        first = batch[0]
        for group in sorted(missing):
            yield Finding(kind, _named(first.place), f"{_named(group)} is missing")
    for one in outputs:
        if one.group not in promised:
            yield Finding("aborted read", _named(one.place), "of what the ledger does not hold")


def batches(accepted: Sequence[Decided]) -> Iterator[list[Decided]]:
    """Records of one transaction: between two of them lies the offset of a marker."""
    for number in sorted({one.partition for one in accepted}):
        own = [one for one in accepted if one.partition == number]
        batch = own[:1]
        for before, one in pairwise(own):
            if one.offset != before.offset + 1:
                yield batch
                batch = []
            batch.append(one)
        yield batch
