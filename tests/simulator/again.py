"""What a simulated world has decided, decided again from its inputs (D2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from processors.partition import Fetched, remembered
from processors.verify.deciding import Deciding
from schemas.chain import Chain
from schemas.ledger import DECODER, LedgerRecord

if TYPE_CHECKING:
    from processors.partition import HistoryWanted
    from tests.simulator.world import World


class Written(NamedTuple):
    """One record of a ledger."""

    offset: int
    value: bytes
    record: LedgerRecord


def decided_otherwise(world: World) -> list[str]:
    """Places of ledger records that do not follow from their inputs.

    A ledger that several programs wrote is left alone: what was decided when is no input.
    """
    if len(set().union(*(slot.given for slot in world.slots))) > 1:
        return []
    ledgers = [_ledger(world, number) for number in range(world.plan.partitions)]
    return [
        f"D2: ledger {number}, offset {offset} is another when it is decided again"
        for number, ledger in enumerate(ledgers)
        for offset in _otherwise(world, number, ledger)
    ]


def _ledger(world: World, number: int) -> list[Written]:
    chain, found = Chain(), []
    for one in world.cluster.log((world.settings.names.of("ledger"), number)).committed():
        value = one.value or b""
        if chain.take(value):
            found.append(Written(one.offset, value, DECODER.decode(value)))
    return found


def _otherwise(world: World, number: int, ledger: list[Written]) -> list[int]:
    worker = world.slots[0].worker
    assert worker is not None
    deciding = Deciding(worker.owner.engine, number, world.plan.partitions)
    inputs = {
        (topic, record.offset): Fetched(*record)
        for topic in world.settings.names.inputs()
        for record in world.cluster.log((topic, number)).committed()
    }
    found = []
    for offset, value, record in ledger:
        at = record.source
        source = None if at is None else inputs[at.topic, at.offset]
        again = deciding.again(offset, record, source)
        while again.wanted:
            read = {want.account: _history(ledger, want) for want in again.wanted}
            again = deciding.again(offset, record, source, read)
        if again.values != [value]:
            found.append(offset)
    return found


def _history(ledger: list[Written], want: HistoryWanted) -> list[bytes]:
    return [
        one.value
        for one in ledger
        if (want.whole and one.record.account == want.account and remembered(one.record))
        or (not want.whole and one.offset in want.offsets)
    ]
