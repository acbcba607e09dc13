"""Inputs at which rule code fails: dead letters, so that nobody else waits for them.

Who fails half-way leaves a state that is in no ledger. So the partition is thrown away first, and
the one that is recovered in its place sets the input aside without looking at it. From then on each
account's bytes are made before it is asked, so that what fails next costs no recovery.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import MsgspecError

from processors.inputs import TRANSFER
from processors.partition.dead_letters import Fault
from processors.partition.reading import FORWARD
from processors.partition.records import Broken
from schemas.transfers import DECODER
from schemas.unreadable import DeadLetterReason

if TYPE_CHECKING:
    from processors.inputs import History, Input, NeedsHistory, Step
    from processors.partition.fold import Partition
    from processors.partition.records import Fetched
    from schemas.ledger import Coordinates

FAILURES = (
    ArithmeticError,
    AttributeError,
    LookupError,
    MsgspecError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What code raises that meets a value it was not made for. Not among them: an assertion, which is
an invariant of ours, and a lack of memory, for no input can help it."""
DECISION, HANDED_ON = "decision", "forwarded"
"""Stages: of an event that entered here, and of one that another account has handed on."""


class Undecidable(Exception):  # noqa: N818  # it says what the input is
    """Rule code failed at an event. Nobody may go on with the partition that raised this."""

    def __init__(self, at: Fetched | Coordinates, failed: str) -> None:
        where = f"{at.topic}, partition {at.partition}, offset {at.offset}"
        super().__init__(f"rule code fails at {where}: {failed}")
        self.at = at.topic, at.offset
        self.failed = failed


class Unharmed(Undecidable):
    """Rule code failed at an event, and the account is as it was."""


def ask(
    partition: Partition, name: str, item: Input, history: History | None
) -> Step | NeedsHistory:
    """What the step says. Raises Unharmed where it fails, if it has failed before."""
    store, engine = partition.store, partition.engine
    if not partition.aside or item.at is None or item.type.startswith(TRANSFER):
        return engine.step(store.open(name), item, engine.program, history)
    store.keep(name)
    try:
        return engine.step(store.open(name), item, engine.program, history)
    except FAILURES as failure:
        store.drop(name)
        raise Unharmed(item.at, failed_at(failure)) from failure


def blamed(fetched: Fetched, failure: Exception, transfers_topic: str) -> Exception:
    """What a failure at a record means: an event is set aside, points in transit never are."""
    failed = failed_at(failure)
    if fetched.topic != transfers_topic or DECODER.decode(fetched.value or b"").kind == FORWARD:
        return Undecidable(fetched, failed)
    return Broken(f"a transfer cannot be taken: {failed}", (fetched.key or b"").decode())


def failed_at(failure: BaseException) -> str:
    """What was raised, and where. Its message stays out, for it may quote what the event says."""
    frame = failure.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    where = "" if frame is None else f" in {frame.tb_frame.f_globals['__name__']}:{frame.tb_lineno}"
    return f"{type(failure).__name__}{where}"


def set_aside(failed: str, stage: str) -> Fault:
    """Why such an input is a dead letter."""
    return Fault(DeadLetterReason.UNDECIDABLE, stage, "", f"rule code failed: {failed}")
