"""The starter program's book in the synchronous driver, and what an auditor asks of it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from processors.accounts.account import Account
from processors.accounts.evolve import evolve
from processors.accounts.resting import wake
from processors.engine import engine_of
from processors.programs.load import load
from processors.topology import Topology
from tests.driver.rested import rested
from tests.driver.traffic import DAY, START, STRUCTURED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from processors.programs.compiled import Program
    from processors.topology import Moment
    from schemas.ledger import LedgerRecord
    from tests.driver.traffic import Sent

END = START + 120 * DAY


@cache
def starter() -> Program:
    """The starter program, compiled once."""
    return load("starter")


def book(
    sent: Sequence[Sent],
    *,
    partitions: int = 3,
    run_size: int = 2_000,
    crash: Callable[[int, Moment], bool] | None = None,
    until: int = END,
) -> Topology:
    """All events in the log from the start, folded, and time let run on."""
    topology = Topology(engine_of(starter(), partitions), partitions, run_size, crash)
    put(topology, sent)
    topology.pump()
    topology.advance(until)
    return topology


def put(topology: Topology, sent: Iterable[Sent]) -> None:
    """Append events to the log without folding them."""
    for one in sent:
        topology.send(
            one.topic, one.key.encode(), one.value, STRUCTURED, timestamp=one.arrival // 1000
        )


def in_turn(topology: Topology, sent: Iterable[Sent]) -> int:
    """Each event by itself, none before those ahead of it. Returns when the last one came."""
    now = 0
    for one in sent:
        now = max(now, one.time)
        put(topology, [one._replace(arrival=now)])
        topology.pump()
    return now


def accounts(topology: Topology) -> dict[str, Account]:
    """Every account as its partition keeps it."""
    return {
        name: wake(resting)
        for partition in topology.partitions
        for name, resting in rested(partition).items()
    }


def records(topology: Topology) -> list[LedgerRecord]:
    """All ledger records, partition by partition."""
    return [record for number in range(topology.count) for record in topology.ledger(number)]


def refolded(topology: Topology) -> dict[str, Account]:
    """Every account as the ledger alone gives it."""
    folded: dict[str, Account] = {}
    for record in records(topology):
        if record.account is not None:
            account = folded.get(record.account) or Account(record.account)
            folded[record.account] = evolve(account, record)
    return folded


def sums(topology: Topology) -> dict[tuple[str, str], int]:
    """What stands in each bucket of each unit, over all entries of the ledger."""
    found: dict[tuple[str, str], int] = {}
    for record in records(topology):
        for entry in record.entries:
            for leg in entry.legs:
                source, target = (entry.unit, leg.source), (entry.unit, leg.target)
                found[source] = found.get(source, 0) - leg.amount
                found[target] = found.get(target, 0) + leg.amount
    return found
