"""The items of an account: lots, orders, redemptions and what else it keeps by key.

An item is whole and never changed in place: a decision puts another one under its key.
"""

from __future__ import annotations

from msgspec import Raw, Struct

ONLINE = "online"
"""The channel of an order that names none."""


class Lot(Struct, frozen=True, omit_defaults=True, gc=False):
    """Points of one origin that are released and end together."""

    unit: str
    rule: str
    owner: str
    """What they were given for: `order/O1`, `review/V1`, `referral/F1`, `adjustment/J1`."""
    earned_at: int
    version: str
    """Label of the program version that priced them and sets their dates."""
    available: int = 0
    pending: int = 0
    reserved: int = 0
    release_at: int | None = None
    expires_at: int | None = None
    suspended: bool = False
    """True while a tier keeps them from ending at `expires_at`."""
    fixed: bool = False
    """True when their end was named by hand: no activity and no tier moves it."""
    origin: str | None = None
    """The member they came from by a merge."""


class Part(Struct, frozen=True, array_like=True, gc=False):
    """What was taken from one lot, and the lot's mould (without amounts), to give it back."""

    lot: str
    amount: int
    mould: Lot


class OrderLine(Struct, frozen=True, omit_defaults=True, gc=False):
    """One line as it is kept: amounts after refunds, before the share of the order discount."""

    line_id: str
    sku: str
    amount_minor: int
    discount_minor: int = 0
    """Its share of the order discount, fixed when the order was placed."""
    quantity: int = 1
    kind: str = "goods"
    category: str | None = None
    brand: str | None = None
    product_class: str | None = None
    tags: tuple[str, ...] = ()
    kept_minor: int = 0
    """What is kept of `amount_minor - discount_minor`."""
    kept_quantity: int = 0
    tax_minor: int = 0


class Frozen(Struct, frozen=True, omit_defaults=True, gc=False):
    """What stays as it was when an order is priced again: conditions of time, tier and audience."""

    tiers: dict[str, str] = {}
    plans: tuple[str, ...] = ()
    promotions: tuple[str, ...] = ()
    """Promotions that matched on time and audience and had room, in order of their ids."""
    attributes: dict[str, str | int | bool] = {}
    """The member's attributes that rules may read, as they were."""
    capped: dict[str, int] = {}
    """Room left under each cap, before this order, by cap key."""
    facts: dict[str, str | int] = {}
    """What expressions asked of the calendar, the member and the counters, by the fact's name."""


class Order(Struct, frozen=True, omit_defaults=True, gc=False):
    """An order that a refund may still come for."""

    time: int
    version: str
    currency: str
    lines: tuple[OrderLine, ...]
    frozen: Frozen
    tenders: dict[str, int] = {}
    channel: str = ONLINE
    location_id: str | None = None
    market: str | None = None
    attributes: dict[str, str | int | bool] = {}
    granted: dict[str, int] = {}
    """Points of each rule that the order holds now, taken back ones left out."""
    lapsed: dict[str, int] = {}
    """Points of each rule that expired; they count as taken back and never make debt."""
    counted: dict[str, int] = {}
    """What the order adds to each counter now, by counter key."""
    paid: bool = True
    shipped_at: int | None = None
    delivered_at: int | None = None
    cancelled: bool = False
    redemption_id: str | None = None
    referral: str | None = None
    """The referral that this order qualified."""
    origin: str | None = None
    """The member it came from by a merge."""
    uncounted: bool = False
    """True when it came by a merge in which only points move: it counts for no tier."""


class Redemption(Struct, frozen=True, omit_defaults=True, gc=False):
    """A redemption from its request on; the price is fixed then."""

    unit: str
    amount: int
    state: str
    """`reserved`, `committed`, `released` or `reversed`."""
    parts: tuple[Part, ...]
    """In the order of consumption."""
    requested_at: int
    reward_id: str | None = None
    hold_until: int | None = None
    closed_at: int | None = None
    version: str = ""
    origin: str | None = None
    """The member it came from by a merge."""


class Ground(Struct, frozen=True, array_like=True, gc=False):
    """One reason to hold a tier: the window whose counter earned it, or `attribute`."""

    window: str
    tier: str
    since: int
    until: int | None


class Standing(Struct, frozen=True, omit_defaults=True, gc=False):
    """The tier held on one ladder: the best of its grounds."""

    tier: str
    since: int
    until: int | None = None
    grounds: tuple[Ground, ...] = ()


class Grant(Struct, frozen=True, omit_defaults=True, gc=False):
    """An open eligibility: a catalogue reward that is affordable, or a granted one not used up."""

    reward_id: str
    quantity: int
    valid_from: int
    reason: str
    valid_until: int | None = None
    cost: int = 0
    """Points that a conversion took for it, to be given back if it is undone."""
    parts: tuple[Part, ...] = ()
    ground: str | None = None
    """The order, tier or threshold that it rests on."""
    catalogue: bool = False
    origin: str | None = None
    """The member it came from by a merge."""


class Referral(Struct, frozen=True, omit_defaults=True, gc=False):
    """One side of a referral."""

    side: str
    """`friend` or `referrer`."""
    other: str
    state: str
    """`joined`, `qualified`, `ineligible`, `cancelled`."""
    at: int
    order_id: str | None = None
    reason: str | None = None
    version: str = ""
    granted: int = 0
    cap_key: str | None = None
    lapsed: int = 0
    """Points of it that expired; they count as taken back and never make debt."""
    origin: str | None = None
    """The member it came from by a merge."""


class Review(Struct, frozen=True, omit_defaults=True, gc=False):
    """One review of a product."""

    sku: str
    state: str
    """`pending`, `approved`, `rejected`, `removed`, `refused`."""
    at: int
    approve_at: int | None = None
    granted: dict[str, int] = {}
    day: str | None = None
    version: str = ""
    origin: str | None = None
    """The member it came from by a merge."""


class Membership(Struct, frozen=True, omit_defaults=True, gc=False):
    """The state of one plan."""

    state: str
    """`active` or `ended`."""
    since: int
    trial: bool = False
    paid_until: int | None = None
    ends_at: int | None = None
    origin: str | None = None
    """The member it came from by a merge."""


class Parked(Struct, frozen=True, omit_defaults=True, gc=False):
    """An input that waits for what it refers to."""

    type: str
    source: str
    id: str
    subject: str
    time: int
    data: Raw
    payload: str
    waits_for: str
    """`order/O1`, `review/V1`, `redemption/X1`, `owner`."""
    deadline: int
    arrived: int
    at: tuple[str, int, int, int] = ("", 0, 0, 0)
    """Topic, partition, offset and timestamp of the input."""
    aside: bool = False
    """Of a test, or for another program's book."""


class Profile(Struct, frozen=True, omit_defaults=True, gc=False):
    """What is known of the member. No name, no address."""

    enrolled_at: int | None = None
    birthday: str | None = None
    birthday_since: int | None = None
    timezone: str | None = None
    market: str | None = None
    attributes: dict[str, str | int | bool] = {}
    aliases: tuple[str, ...] = ()
    """Hashes of the aliases that this member owns."""
    owner: str | None = None
    """For an alias account: the member it belongs to. For a merged one: the survivor."""
    stands_for: str | None = None
    """For an alias account whose member was merged into its owner: that member."""
    merged: dict[str, str] = {}
    """Members whose belongings came by a merge, each with who brought them: he or who had him."""
    erased: bool = False
