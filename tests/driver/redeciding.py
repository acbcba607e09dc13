"""Ledgers in memory, decided again from their inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from processors.partition.records import LEDGER
from processors.verify.deciding import Deciding
from schemas.ledger import DECODER

if TYPE_CHECKING:
    from processors.topology import Topology


class Other(NamedTuple):
    """A record that is another when it is decided again."""

    was: bytes
    now: list[bytes]


def differences(topology: Topology) -> list[Other]:
    """Whatever the inputs of a topology give today that its ledgers do not hold."""
    return [one for number in range(topology.count) for one in _differences(topology, number)]


def _differences(topology: Topology, number: int) -> list[Other]:
    deciding = Deciding(topology.engine, number, topology.count)
    found = []
    for written in topology.logs[LEDGER][number].read():
        value = written.value or b""
        record = DECODER.decode(value)
        at = record.source
        source = None if at is None else topology.logs[at.topic][number].records[at.offset]
        again = deciding.again(written.offset, record, source)
        while again.wanted:
            read = {want.account: topology.history(number, want) for want in again.wanted}
            again = deciding.again(written.offset, record, source, read)
        if again.values != [value]:
            found.append(Other(value, again.values))
    return found
