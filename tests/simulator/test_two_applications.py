"""Two applications on one ledger: each fences its own writers, and nobody fences the other."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest

from processors.runtime import writer
from tests.faults import fault
from tests.simulator.plan import Plan
from tests.simulator.run import played
from tests.simulator.scenes import SHORT
from tests.simulator.world import World

if TYPE_CHECKING:
    from tests.simulator.slot import Slot
    from tests.simulator.worker import Worker


class Mistyped(World):
    """The last worker has another application id, until all is healed."""

    def _worker(self, slot: Slot) -> Worker:
        usual = self.settings
        if slot is self.slots[-1] and not self.healed_at:
            self.settings = usual.model_copy(update={"app_id": "mistyped"})
        try:
            return super()._worker(slot)
        finally:
            self.settings = usual


@fault("F72", checks="O1 O4 V3 V5 D1 L1")
@pytest.mark.parametrize("batch_bytes", [2_000, 4_000, writer.BATCH_BYTES])
@pytest.mark.parametrize("seed", range(2))
def test_runs_of_two_applications_never_interleave(batch_bytes: int, seed: int) -> None:
    """Of one that takes several batches, each must lie where it was said to lie."""
    plan = Plan(seed, 1, 2, 1, 80, 4, rival=True, run_records=20, seconds=SHORT, burst_at=0.0)
    with patch.object(writer, "BATCH_BYTES", batch_bytes):
        world = Mistyped(plan)
        assert not played(world).failure
    assert len(world.cluster.transactions.known) > 1
