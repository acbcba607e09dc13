"""What a partition is given and what it answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from msgspec import Struct

from processors.partition.tally import Tally
from schemas.values import digest

Headers = Sequence[tuple[str, bytes]]

LEDGER: Final = "ledger"
BALANCES: Final = "balances"
ELIGIBILITY: Final = "eligibility"
NOTICES: Final = "notices"
TRANSFERS: Final = "transfers"
DEAD_LETTERS: Final = "dead_letters"
SNAPSHOTS: Final = "snapshots"
ROLES = (LEDGER, BALANCES, ELIGIBILITY, NOTICES, TRANSFERS, DEAD_LETTERS, SNAPSHOTS)
"""Roles of the topics that a batch is written to, in the order of writing."""


class Broken(AssertionError):  # noqa: N818  # it reads as a fact: an invariant is broken
    """An invariant of ours failed. The worker stops before anything is committed.

    The message goes to logs, so an account is named by the hash of its name.
    """

    def __init__(self, what: str, account: str) -> None:
        super().__init__(f"account {digest(account.encode())}: {what}")


class Fetched(NamedTuple):
    """One record as it was fetched; the timestamp is in milliseconds."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Headers


class Outgoing(Struct, frozen=True, gc=False):
    """One record to be written."""

    partition: int
    key: bytes | None
    value: bytes | None
    headers: Headers


class HistoryWanted(NamedTuple):
    """Ledger offsets of this partition that a late input cannot be decided without."""

    account: str
    offsets: tuple[int, ...]
    whole: bool = False
    """True: all that the account has, up to the last of these offsets. The input is older than
    the account's checkpoints; only a transfer whose sender fell far behind can be."""


class Batch:
    """What one run produced, to be committed as a whole.

    `stopped_at` is the index in the run of the first input that was not folded: because the
    history in `wanted` is missing, or (nothing is wanted) because there was much to decide again.
    Commit the batch, read what is wanted, and fold the rest with it.
    """

    __slots__ = (
        "ledger_offset",
        "mis_keyed",
        "outgoing",
        "skipped",
        "stopped_at",
        "tally",
        "wanted",
    )

    def __init__(self, ledger_offset: int) -> None:
        self.outgoing: dict[str, list[Outgoing]] = {role: [] for role in ROLES}
        self.ledger_offset = ledger_offset
        """The offset that the first ledger record must get."""
        self.tally = Tally()
        self.skipped = 0
        """Records that were folded before, from an earlier position."""
        self.mis_keyed = 0
        self.stopped_at: int | None = None
        self.wanted: tuple[HistoryWanted, ...] = ()

    @property
    def outcomes(self) -> dict[str, int]:
        """How many ledger records had which outcome."""
        return self.tally.outcomes

    def __len__(self) -> int:
        """Ledger records."""
        return len(self.outgoing[LEDGER])

    @property
    def empty(self) -> bool:
        """True if there is nothing to commit."""
        return not any(self.outgoing.values())
