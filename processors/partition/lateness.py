"""Whose history the rest of a run will want, so that it is read at one go.

A guess for all but the first input: one that is missed stops the fold again, and one too many
is read for nothing. Neither changes a result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from processors.routing import partition_of
from schemas.transfers import DECODER
from schemas.unreadable import Unreadable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.partition.fold import Partition
    from processors.partition.records import Fetched, HistoryWanted

MOST_OFFSETS = 5_000
"""Of records to read at one go: about a third of what stays in memory."""


def wanted(partition: Partition, rest: Sequence[Fetched]) -> tuple[HistoryWanted, ...]:
    """The history of the first input's account, and of those that look late as well."""
    histories, store = partition.writer.histories, partition.store
    found: dict[str, HistoryWanted] = {}
    seen: dict[str, int] = {}
    room = MOST_OFFSETS
    for fetched in rest:
        peeked = peek(partition, fetched)
        if peeked is None:
            continue
        name, time = peeked
        if name not in seen:
            seen[name] = store.open(name).time
        first = fetched is rest[0]
        want = histories.want(name, time, stopped=first) if first or time < seen[name] else None
        if want is None:
            seen[name] = max(seen[name], time)
            continue
        known = found.get(name)
        if known is None or len(known.offsets) < len(want.offsets):
            found[name] = want
            room -= len(want.offsets) - (0 if known is None else len(known.offsets))
        if room <= 0:
            break
    return tuple(found.values())


def peek(partition: Partition, fetched: Fetched) -> tuple[str, int] | None:
    """The account and the time of an input, or None if it is not decided here."""
    engine = partition.engine
    if fetched.topic == engine.transfers_topic:
        try:
            transfer = DECODER.decode(fetched.value or b"")
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None
        return transfer.to, transfer.time
    try:
        received = engine.read(fetched.value, fetched.headers)
    except Unreadable:
        return None
    name = engine.account_of(received.subject)
    here = partition_of(name, partition.count) == partition.number
    return (name, received.time) if here else None
