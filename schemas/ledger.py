"""The ledger record: one decided input, whole and self-contained.

Structs rather than pydantic models because every input is encoded as one of these: they are
written on the hot path, and read back by verification, explanation and rebuilds.
They hold no cycles, so the collector need not know them (`gc=False`): it costs a tenth otherwise.
Field names are the wire names; fields stand in alphabetical order, so the bytes are canonical.
"""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

RECORD_VERSION = 1

Outcome = Literal[
    "accepted", "refused", "parked", "duplicate", "conflicting", "forwarded", "dead_lettered"
]

Bucket = Literal[
    "available", "pending", "reserved", "debt", "issuer", "redeemed", "expired", "in_transit"
]


class Coordinates(Struct, frozen=True, gc=False):
    """Where a record lies in Kafka; the timestamp is the record's, in milliseconds."""

    offset: int
    partition: int
    timestamp: int
    topic: str


class Cause(Struct, frozen=True, omit_defaults=True, gc=False):
    """The original event: its identity, and where it first entered."""

    at: Coordinates
    id: str
    payload: str
    """Hash of type, time, subject and data: equal payloads have equal hashes."""
    source: str
    subject: str
    time: int
    """Business time, microseconds since 1970 UTC."""
    type: str
    w3c_traceparent: str | None = None
    """The trace that it belongs to, passed on untouched to all that follows from it."""
    aside: bool = False
    """Of a test, or for another program's book: whenever it is decided, it has no effect."""


class Leg(Struct, frozen=True, array_like=True, gc=False):
    """One movement of an entry: `amount` smallest steps leave one bucket for another."""

    source: Bucket
    target: Bucket
    amount: int
    lot: str | None = None


class Entry(Struct, frozen=True, omit_defaults=True, gc=False):
    """One named change of points. Its legs are the double entry: each takes what it gives."""

    amount: int
    """Smallest steps of the unit, never negative but for the kinds the contract marks so."""
    kind: str
    legs: tuple[Leg, ...]
    rule: str
    unit: str
    reason: str | None = None


class Refusal(Struct, frozen=True, omit_defaults=True, gc=False):
    """Why the event, or the part of it that `rule` names, was refused."""

    reason: str
    rule: str | None = None
    detail: str | None = None


class Change(Struct, frozen=True, array_like=True, gc=False):
    """The new value of one keyed item of the account's state; null means it is gone."""

    collection: str
    key: str
    value: Raw


class Effect(Struct, frozen=True, omit_defaults=True, gc=False):
    """What this decision does to another account, sent on the transfers topic."""

    data: Raw
    id: str
    kind: str
    to: str
    """The account. Its id alone says on which partition it lives."""
    time: int | None = None
    """Business time, where it is not the cause's: a late event may change what follows later."""


class Eligibility(Struct, frozen=True, omit_defaults=True, gc=False):
    """A reward that became open, was taken back, used up or ran out."""

    change: Literal["gained", "withdrawn", "consumed", "expired"]
    eligibility_id: str
    quantity: int
    reason: str
    reward_id: str
    valid_from: int
    valid_until: int | None = None


class Notice(Struct, frozen=True, gc=False):
    """A message for the member: its type and its data as the contract has them."""

    data: dict[str, str | int | None]
    type: str


class Fired(Struct, frozen=True, omit_defaults=True, gc=False):
    """A rule that fired, with the figures it used."""

    rule: str
    figures: dict[str, str | int]


class Missed(Struct, frozen=True, gc=False):
    """A rule that did not fire, and for what reason."""

    reason: str
    rule: str


class Why(Struct, frozen=True, omit_defaults=True, gc=False):
    """The explanation kept with the decision."""

    fired: tuple[Fired, ...] = ()
    missed: tuple[Missed, ...] = ()


class LedgerRecord(Struct, omit_defaults=True, gc=False):
    """One decided input. Not frozen only so that the partition can seal it with `seq` and `prev`.

    `source` is the record consumed here, from which resume positions fold; it is absent for
    `time.passed`, which consumes nothing. `cause` is the event it goes back to. A record of bytes
    that could not be read has neither account nor cause, and names their hash in `unreadable`.
    """

    outcome: Outcome
    prev: str
    seq: int
    v: int
    account: str | None = None
    balance: Raw | UnsetType = UNSET
    """The whole balance after this record: `{"balances": ..., "tiers": ...}` of the contract."""
    cause: Cause | None = None
    changes: tuple[Change, ...] = ()
    effects: tuple[Effect, ...] = ()
    eligibility: tuple[Eligibility, ...] = ()
    entries: tuple[Entry, ...] = ()
    event: Raw | UnsetType = UNSET
    """The input's data, canonical JSON, so that history can be decided again from here alone."""
    member_sequence: int | None = None
    notices: tuple[Notice, ...] = ()
    program: str | None = None
    program_version: str | None = None
    refusals: tuple[Refusal, ...] = ()
    settles: tuple[str, ...] = ()
    """Identities of parked inputs that this record settled."""
    source: Coordinates | None = None
    transfer: tuple[int, int, int] | None = None
    """For a transfer: its sender's partition, sequence and index, by which repeats are known."""
    unreadable: dict[str, str] | None = None
    why: Why | None = None


ENCODER = msgspec.json.Encoder(order="sorted")
DECODER = msgspec.json.Decoder(LedgerRecord)


def encode(record: LedgerRecord) -> bytes:
    """The record's canonical bytes: sorted keys, no floats, no white space."""
    return ENCODER.encode(record)
