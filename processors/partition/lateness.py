"""Whose history the rest of a run will want, so that it is read at one go.

A guess for all but the first input: one that is missed stops the fold again, and one too many
is read for nothing. Neither changes a result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from processors.partition.histories import HISTORIES
from processors.partition.records import Fetched, HistoryWanted
from processors.routing import partition_of
from schemas.transfers import DECODER
from schemas.unreadable import Unreadable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.partition.fold import Partition

MOST_OFFSETS = 20_000


def wanted(partition: Partition, rest: Sequence[Fetched]) -> tuple[HistoryWanted, ...]:
    """The history of the first input's account, and of those that look late as well."""
    known = partition.writer.histories.known
    found: dict[str, HistoryWanted] = {}
    room = MOST_OFFSETS
    for fetched in rest:
        peeked = peek(partition, fetched)
        if peeked is None or peeked[0] in found:
            continue
        name, time = peeked
        trail = partition.store.trails.get(name)
        if trail is None or (found and time >= partition.store.open(name).time):
            continue
        whole = time < trail.older_cut
        if name in known and not whole:
            continue
        found[name] = HistoryWanted(name, trail.offsets(), whole)
        room -= trail.count
        if len(found) == HISTORIES or room <= 0:
            break
    return tuple(found.values())


def peek(partition: Partition, fetched: Fetched) -> tuple[str, int] | None:
    """The account and the time of an input, or None if it is not decided here."""
    engine = partition.engine
    if fetched.topic == engine.transfers_topic:
        try:
            transfer = DECODER.decode(fetched.value or b"")
        except msgspec.DecodeError:
            return None
        return transfer.to, transfer.time
    try:
        received = engine.read(fetched.value, fetched.headers)
    except Unreadable:
        return None
    name = engine.account_of(received.subject)
    here = partition_of(name, partition.count) == partition.number
    return (name, received.time) if here else None
