"""Another program than before: what its calendar brings is entered for every account.

An account sets its timers whenever something happens to it. One to which nothing happens between
the deployment of a version and its first day would not know of it, so all are asked when a
partition is opened with a program that it was not planned by.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from processors.inputs import NeedsHistory
from processors.partition import saving
from processors.partition.reading import changed_input
from processors.partition.records import Broken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processors.partition.fold import Partition
    from processors.partition.records import Batch

AT_ONCE = 2_000
"""Accounts in a batch."""


def plan(partition: Partition) -> Iterator[Batch]:
    """Set the timers of all accounts by the program, if that is another than before.

    To be done before anything is folded. Each batch is made when the one before was committed. An
    account for which nothing changes gets no record.
    """
    program = partition.engine.program
    if partition.planned == program.hash:
        return
    names = _names(partition)
    # Until it is done, heads say that it is not: a worker with the former program plans as well.
    partition.planned = ""
    for place in range(0, len(names), AT_ONCE):
        batch = partition.begin()
        for name in names[place : place + AT_ONCE]:
            plan_account(partition, name)
        saving.finish(partition)
        yield batch
    partition.planned = program.hash


def overtaken(partition: Partition) -> dict[str, int]:
    """By label: versions that begin before what others decided, and of how many accounts.

    Empty if the program is the one that all were planned by.
    """
    program, decided = partition.engine.program, partition.writer.versions
    found: Counter[str] = Counter()
    if partition.planned != program.hash:
        for name in _names(partition):
            account = partition.store.open(name)
            version = program.version_at(account.time)
            if account.time and version.hash not in decided:
                found[version.id] += 1
    return dict(sorted(found.items()))


def _names(partition: Partition) -> list[str]:
    store = partition.store
    return sorted(store.resting.keys() | store.stale)


def plan_account(partition: Partition, name: str) -> None:
    """Set one account's timers by the program."""
    engine = partition.engine
    account = partition.store.open(name)
    item = changed_input(name, account.time, engine.program)
    answer = engine.step(account, item, engine.program, None)
    if isinstance(answer, NeedsHistory):
        raise Broken("a changed program asked for history", name)
    if answer.record.changes:
        partition.writer.take(name, answer, item)
