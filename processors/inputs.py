"""What a step is given and what it answers. Pure values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from processors.accounts.account import Account
from schemas.ledger import Cause, Coordinates, LedgerRecord

if TYPE_CHECKING:
    from collections.abc import Iterable

TIME_PASSED = "time.passed"
PROGRAM_CHANGED = "program.changed"
TRANSFER = "transfer."
"""How types begin of what other accounts do to one."""


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
    traceparent: str | None = None


class Step(Struct, frozen=True, gc=False):
    """The answer: the account as it is now, and its ledger record, not yet sealed.

    The record's `seq` is 0 and its `prev` empty until the partition seals it. Effects on other
    accounts are in the record.
    """

    account: Account
    record: LedgerRecord
    passed: Sequence[bytes] | None = None
    """The account's JSON at each stop of the history that it was given, in their order; None
    where the input takes no place in the history."""


class NeedsHistory(NamedTuple):
    """The input is late: ask again with the account's records since its checkpoint."""

    account_id: str


class Stop(NamedTuple):
    """Where the account is wanted as it was, on the way through a history decided again.

    It is passed once nothing of an older time is left, nor of its own time among the first `within`
    records. `place` and `slot` are for who asks.
    """

    time: int
    within: int
    place: int
    slot: int | None = None


class History(NamedTuple):
    """What a late input is decided with."""

    checkpoint: Account
    at: int
    """When the late input takes its place."""
    records: Sequence[LedgerRecord] = ()
    times: Sequence[int] = ()
    """When each of them does."""
    told: Iterable[LedgerRecord] = ()
    """These and those of an older time that came since; what they sent on is not sent again."""
    stops: Sequence[Stop] = ()
    """In the order in which they are passed."""


def cause_of(item: Input, at: Coordinates, *, aside: bool = False) -> Cause:
    """The input as a ledger record names it; `at` is where the event first entered."""
    # By position: every record has one.
    return Cause(
        at,
        item.id,
        item.payload,
        item.source,
        item.subject,
        item.time,
        item.type,
        item.traceparent,
        aside,
    )


def is_aside(item: Input, program: str) -> bool:
    """Not for the book of this program: an event of another program's, or of a test."""
    return item.testmode or (item.program is not None and item.program != program)
