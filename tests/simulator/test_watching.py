"""A worker that does nothing about what is its own ends, so that somebody may start another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from processors.runtime.faults import Exit
from processors.runtime.owner import Owner
from tests.faults import fault
from tests.simulator.scenes import held

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


def passing_over(real: Callable[..., Awaitable[Any]], number: int) -> Callable[..., Awaitable[Any]]:
    """Opens partitions, but the first time not this one."""
    left = 1

    async def opened(owner: Owner, wanted: int, *more: Any) -> Any:
        nonlocal left
        if wanted == number and left:
            left -= 1
            return None
        return await real(owner, wanted, *more)

    return opened


@fault("F07", checks="O1 L1")
def test_a_partition_that_nobody_takes_over_ends_its_worker() -> None:
    """The group gave it away, and nothing of it is decided until another worker starts."""
    with patch.object(Owner, "_open", passing_over(Owner._open, 1)):
        world = held(workers=1, seconds=40.0)
    assert world.slots[0].codes == [Exit.BROKEN]
