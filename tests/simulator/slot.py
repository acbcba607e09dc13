"""A place for a worker in a simulated world, and what is wrong if nothing goes on there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schemas.accounts import ALIAS
from tests.simulator.loop import Process

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from processors.accounts.account import Account
    from processors.inputs import Input
    from processors.partition import Engine
    from processors.programs.compiled import Program
    from tests.simulator.worker import Worker


class Stuck(AssertionError):  # noqa: N818 - what the world is
    """The faults are over, and what must come did not come."""


class Slot:
    """A place for a worker, which is started again whenever it ends."""

    def __init__(self, name: str, program: Program) -> None:
        self.name = name
        self.program = program
        """What the next worker is given."""
        self.given: set[str] = set()
        """Hashes of the programs that workers were given."""
        self.life = 0
        self.process: Process | None = None
        self.worker: Worker | None = None
        self.skew = 0.0
        self.held_back = 0.0
        """No new worker before that time."""
        self.steps: list[tuple[str, int, Callable[[], object]]] = []
        """What happens at its so-and-so-many-th request of a kind, one after the other."""
        self.exhausted_in = 0
        """After so many more inputs there is no memory left, once; 0: there is enough."""
        self.unfit = ""
        """Rule code fails at orders whose names begin so; empty: at none."""
        self.codes: list[int] = []
        """How earlier workers ended."""

    def begin(self) -> Process:
        """A new process in this place."""
        self.life += 1
        self.given.add(self.program.hash)
        process = self.process = Process(self.name)
        process.skew_seconds = self.skew
        return process

    def failing(self, engine: Engine) -> Engine:
        """The engine of a worker that may run out of memory, or fail at an order.

        It fails when all is done to the account: nothing of that must stay.
        """
        real = engine.step

        def step(account: Account, item: Input, *given: Any) -> Any:
            if self.exhausted_in:
                self.exhausted_in -= 1
                if not self.exhausted_in:
                    raise MemoryError
            answer = real(account, item, *given)
            name = getattr(item.data, "order_id", None) or ""
            if self.unfit and name.startswith(self.unfit) and not account.id.startswith(ALIAS):
                raise KeyError(name)
            return answer

        return engine._replace(step=step)


def owners(slots: Sequence[Slot]) -> list[int]:
    """Partitions by their owners, in order; -1 where one is held that the group gave to another."""
    workers = [slot.worker for slot in slots if slot.worker and slot.process]
    return sorted(
        number if number in worker.assigned() else -1
        for worker in workers
        for number in worker.owner.owned
    )
