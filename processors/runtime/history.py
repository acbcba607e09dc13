"""Ledger records that late inputs are decided with, read back by their offsets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.runtime.reading import reader
from schemas.ledger import DECODER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.partition import HistoryWanted
    from processors.runtime.settings import Settings
    from schemas.ledger import LedgerRecord

GAP = 2_000
"""Offsets that lie closer than this are read in one go."""


async def read_histories(
    settings: Settings, number: int, wanted: Sequence[HistoryWanted]
) -> dict[str, list[LedgerRecord]]:
    """The records that each account wants, in the order of its offsets."""
    offsets = sorted({offset for want in wanted for offset in want.offsets})
    found: dict[int, LedgerRecord] = {}
    topic = settings.names.of("ledger")
    async with reader(settings.broker) as read:
        for first, last in stretches(offsets):
            (span,) = await read.spans([(topic, number)])
            stretch = span._replace(start=first, end=min(span.end, last + 1))
            needed = set(offsets)
            async for records in read.read([stretch]):
                for record in records:
                    if record.offset in needed and record.value is not None:
                        found[record.offset] = DECODER.decode(record.value)
    return {want.account: [found[offset] for offset in want.offsets] for want in wanted}


def stretches(offsets: Sequence[int]) -> list[tuple[int, int]]:
    """First and last offsets of stretches to read, with small gaps read over."""
    found: list[tuple[int, int]] = []
    for offset in offsets:
        if found and offset - found[-1][1] <= GAP:
            found[-1] = (found[-1][0], offset)
        else:
            found.append((offset, offset))
    return found
