"""The real engine: a program, and the pure parts that every partition folds with."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from processors.partition.reading import HOUR, Engine
from processors.refold import refold
from processors.step import step
from projections.outputs import outputs
from schemas.aliases import account_of
from schemas.intake import read

if TYPE_CHECKING:
    from processors.programs.compiled import Program

TRANSFERS_TOPIC = "loyalty.transfers.v1"


def engine_of(
    program: Program,
    *,
    transfers_topic: str = TRANSFERS_TOPIC,
    alias_secret: bytes = b"",
    ahead: int = HOUR,
) -> Engine:
    """What a partition needs to fold the book of `program`."""
    return Engine(
        program=program,
        step=step,
        refold=refold,
        read=read,
        account_of=partial(account_of, region=program.phone_region, secret=alias_secret),
        outputs=outputs,
        transfers_topic=transfers_topic,
        ahead=ahead,
    )
