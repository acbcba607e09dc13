"""The engine of a program: what a partition folds with. The same for every partition."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from processors.partition.reading import HOUR, Engine
from processors.routing import murmur2
from processors.step import step
from projections.outputs import outputs
from schemas.accounts import is_member
from schemas.aliases import account_id, is_alias, normalise
from schemas.intake import read

if TYPE_CHECKING:
    from collections.abc import Callable

    from processors.programs.compiled import Program

REMEMBERED_ALIASES = 1 << 16


def engine_of(
    program: Program,
    partitions: int,
    *,
    alias_secret: bytes = b"",
    transfers_topic: str = "loyalty.transfers.v1",
    ahead: int = HOUR,
) -> Engine:
    """The engine that decides by `program`."""
    return Engine(
        program=program,
        step=step,
        read=read,
        account_of=account_of(program.phone_region, partitions, alias_secret),
        aliases=account_id(f"any in {program.phone_region}", 0, alias_secret),
        outputs=outputs,
        transfers_topic=transfers_topic,
        ahead=ahead,
    )


def account_of(region: str | None, partitions: int, secret: bytes) -> Callable[[str], str]:
    """Which account a subject names: a member's own, or that of a normalised alias."""

    @lru_cache(maxsize=REMEMBERED_ALIASES)
    def of_alias(subject: str) -> str:
        alias = normalise(subject, region)
        return account_id(alias, murmur2(alias.encode()) % partitions, secret)

    def name(subject: str) -> str:
        # Nobody outside may name such an account: the text is an alias that nobody owns.
        strange = not is_member(subject)
        return of_alias(subject) if strange or is_alias(subject) else subject

    return name
