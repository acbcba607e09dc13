"""Committed outputs that are not there any more: a topic lost its end, or somebody deleted it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from projections.outputs import outputs
from schemas.ledger import DECODER

if TYPE_CHECKING:
    from tests.simulator.checks import Thing
    from tests.simulator.log import Kept, Log
    from tests.simulator.world import World


def lose(world: World, role: str) -> set[Thing]:
    """Take away what the last run of each partition published to a topic. Returns what it was."""
    lost: set[Thing] = set()
    names = world.settings.names
    for number in range(world.settings.partitions):
        log = world.cluster.log((names.of(role), number))
        last = _published(world.cluster.log((names.of("ledger"), number)))
        gone = [batch for batch in log.batches if not batch.is_control and _ids(log, batch) & last]
        lost |= {(role, name) for batch in gone for name in _ids(log, batch)}
        log.batches = [batch for batch in log.batches if batch not in gone]
    world.watch.miss(lost)
    return lost


def _published(ledger: Log) -> set[str]:
    """Ids of all outputs of a ledger's last run, which is one batch."""
    runs = [one for one in ledger.batches if not one.is_control and not ledger.is_aborted(one)]
    return {
        dict(headers)["ce_id"].decode()
        for record in (ledger.committed(runs[-1].base) if runs else ())
        for _role, _key, _value, headers in outputs(DECODER.decode(record.value or b""))
    }


def _ids(log: Log, batch: Kept) -> set[str]:
    there = [record for record in log.committed(batch.base) if record.offset <= batch.last]
    return {dict(record.headers)["ce_id"].decode() for record in there}
