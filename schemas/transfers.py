"""What one account does to another, as it travels on the transfers topic."""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import Raw, Struct

from schemas.ledger import Cause, Coordinates

TransferKind = Literal[
    "forward",
    "alias.claimed",
    "alias.granted",
    "alias.refused",
    "referral.qualified",
    "referral.cancelled",
    "recognition.moved",
    "move.returned",
    "merge.requested",
    "merge.moved",
    "unmerge.requested",
    "unmerge.moved",
    "alias.moved",
    "alias.released",
    "erase.requested",
    "pool.claimed",
    "pool.granted",
    "pool.returned",
    "clock",
]


class Transfer(Struct, frozen=True, omit_defaults=True):
    """One effect.

    `sender_partition`, `sender_seq` and `index` never repeat and only grow, so a receiver
    de-duplicates exactly, for ever, by the highest triple it has seen.
    """

    arrived: int
    """Arrival of the original input, milliseconds: what lateness is judged by."""
    cause: Cause
    data: Raw
    id: str
    index: int
    kind: TransferKind
    sender: str
    sender_partition: int
    sender_seq: int
    time: int
    to: str
    hops: int = 0


class ForwardedEvent(Struct, frozen=True, omit_defaults=True):
    """The data of a `forward`: the input as it came, under the subject it was resolved to."""

    data: Raw
    id: str
    payload: str
    source: str
    subject: str
    time: int
    type: str
    arrived: int | None = None
    """Arrival of the event, milliseconds, where it is not the transfer's: it was parked."""
    at: Coordinates | None = None
    """Where the event first entered, if that is not where the transfer's cause did."""
    program: str | None = None
    settles: bool = False
    """True where a parked input is applied: its intake record exists already."""
    testmode: bool = False


ENCODER = msgspec.json.Encoder(order="sorted")
DECODER = msgspec.json.Decoder(Transfer)
EVENT_DECODER = msgspec.json.Decoder(ForwardedEvent)


class ReferralFact(Struct, frozen=True):
    """A referral qualified, or lost its ground. The receiver prices its own side."""

    friend: str
    order_id: str | None
    referral_id: str


class AliasClaim(Struct, frozen=True):
    """A member says that an alias is his; and what the alias answers."""

    alias: str
    owner: str
    settles: str | None = None
    """Identity of the input that asked, which the answer settles."""
    member: str | None = None
    """Where the owner took over another member: whose alias it was, and whose its events are."""


class Move(Struct, frozen=True):
    """An amount on its way through the in-transit account, in smallest steps of `unit`."""

    amount: int
    id: str
    unit: str
    giver: str
    from_unit: str


class PoolClaim(Struct, frozen=True):
    """A share of what all members share: asked for, answered with what was left, or given back."""

    amount: int
    """So much, in smallest steps; of an answer what was `asked`, or less."""
    asked: int
    at: int
    """Business time of the decision that asked, microseconds."""
    claim: str
    """What the member asks for: the name of a lot, or `redemption/R1`."""
    limit: int
    """What all members together may have in the window, by the version that asked."""
    member: str
    pool: str
    """The account that counts it."""
    window: str
    """The period that it counts in."""
    settles: str | None = None
    """Identity of the input that asked, which the answer settles."""


class MergeContent(Struct, frozen=True):
    """What a merged account hands over: its collections, and the points of its lots by unit."""

    member: str
    content: Raw
    settles: str | None = None
    cause: str | None = None
    """Identity of the merge or unmerge for which this moves."""


CONTENT_DECODER = msgspec.json.Decoder(MergeContent)


class MergeRequest(Struct, frozen=True):
    """The survivor asks for what the other account holds, or that it forgets him as well."""

    survivor: str
    settles: str | None = None
