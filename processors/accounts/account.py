"""One account: everything that a decision may look at, and nothing else.

An account is a document of keyed collections. A decision changes it by putting whole items, and
the ledger record lists those puts, so `evolve` applies them without knowing a rule. Points move by
entries alone: `Totals` are their running sums, and must agree with the lots at any time.

Accounts are many live objects without cycles; the collector would walk them all for nothing, so
they are kept from it (`gc=False`).
"""

from __future__ import annotations

import msgspec
from msgspec import Struct

from processors.accounts.items import (
    Grant,
    Lot,
    Membership,
    Order,
    Parked,
    Profile,
    Redemption,
    Referral,
    Review,
    Standing,
)

STATE_VERSION = 1


class Totals(Struct, omit_defaults=True, gc=False):
    """Running sums of one unit's entries, in its smallest steps."""

    available: int = 0
    pending: int = 0
    reserved: int = 0
    debt: int = 0
    earned: int = 0
    redeemed: int = 0
    expired: int = 0


class Account(Struct, omit_defaults=True, gc=False):
    """The state of one account. Mutable: `step` takes it over; use what it returns.

    `agenda` and `schedule` are kept by `put` alone and follow from the other collections.
    """

    id: str
    v: int = STATE_VERSION
    sequence: int = 0
    time: int = 0
    """Latest business time that was applied, microseconds since 1970 UTC."""
    pruned: int = 0
    profile: Profile = Profile()
    totals: dict[str, Totals] = {}
    lots: dict[str, Lot] = {}
    orders: dict[str, Order] = {}
    redemptions: dict[str, Redemption] = {}
    counters: dict[str, int] = {}
    """`<ladder or cap or limit>/<window>`: amounts counted, in the counter's smallest step."""
    standings: dict[str, Standing] = {}
    grants: dict[str, Grant] = {}
    referrals: dict[str, Referral] = {}
    reviews: dict[str, Review] = {}
    memberships: dict[str, Membership] = {}
    parked: dict[str, Parked] = {}
    marks: dict[str, str] = {}
    """Small facts by name: opt-ins, chosen days, once-only actions, closed orders' hashes."""
    timers: dict[str, int] = {}
    """Due instants that belong to no item: notices, allowances, counter resets."""
    identities: dict[str, tuple[str, int]] = {}
    """Hash of (source, id) to payload hash and business time, for the late horizon."""
    keys: dict[str, tuple[str, int]] = {}
    """Business keys, for example `order/O1`, to the hash of their data and their time."""
    agenda: dict[int, list[str]] = {}
    """Due instant to what is due then, as `collection/key`."""
    schedule: dict[str, dict[int, int]] = {}
    """Unit to expiry instant to what is available until then."""


ENCODER = msgspec.json.Encoder()
# Not sorted: instants are keys, and what rests must come back in the order in which it stood.
DECODER = msgspec.json.Decoder(Account)
