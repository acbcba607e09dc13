"""What a step is given and what it answers. Pure values."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from processors.accounts.account import Account
from schemas.ledger import Coordinates, LedgerRecord

if TYPE_CHECKING:
    from collections.abc import Sequence

TIME_PASSED = "time.passed"


class Input(Struct, frozen=True, gc=False):
    """One thing to decide: an event of the contract, a transfer, or the passing of time.

    `time` and `arrival` are microseconds since 1970 UTC; `arrival` is the Kafka timestamp of the
    record with which the event first entered, or the due instant for `time.passed`.
    """

    type: str
    source: str
    id: str
    subject: str
    time: int
    arrival: int
    data: object
    """A frozen model of `schemas`, by `type`."""
    event: bytes
    """`data` as canonical JSON."""
    payload: str
    at: Coordinates | None
    """The record consumed here. None where nothing is consumed."""
    entered: Coordinates | None = None
    """Where the event first entered, if not at `at`."""
    program: str | None = None
    testmode: bool = False
    settles: bool = False
    """True for a parked input that is now applied by forwarding."""
    hops: int = 0


class Step(Struct, frozen=True, gc=False):
    """The answer: the account as it is now, and its ledger record, not yet sealed.

    The record's `seq` is 0 and its `prev` empty until the partition seals it. Effects on other
    accounts are in the record.
    """

    account: Account
    record: LedgerRecord


class NeedsHistory(NamedTuple):
    """The input is late: ask again with the account's records since its checkpoint."""

    account_id: str


class History(NamedTuple):
    """What a late input is decided with."""

    checkpoint: Account
    records: Sequence[LedgerRecord]
    told: Sequence[LedgerRecord] = ()
    """These and those of an older time that came since; what they sent on is not sent again."""
