"""What one account hands to another in a merge, and takes back in an unmerge.

Things of a merged member that must be told apart from the survivor's are called `member:name`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from processors.accounts.items import (
    Grant,
    Lot,
    Membership,
    Order,
    Parked,
    Redemption,
    Referral,
    Review,
    Standing,
)
from processors.accounts.origins import told_apart

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from processors.accounts.account import Account

Item = TypeVar("Item", Grant, Lot, Membership, Order, Redemption, Referral, Review)
HANDED_OVER = frozenset({"merge.moved", "unmerge.moved"})
"""Effects that carry belongings."""
KEPT_BY_KEY = ("orders", "redemptions", "grants", "reviews", "referrals", "memberships")


class Belongings(Struct, frozen=True, omit_defaults=True):
    """What changes hands. Keys, marks and counters come under the names of whose they are."""

    lots: dict[str, Lot] = {}
    debts: dict[str, int] = {}
    orders: dict[str, Order] = {}
    redemptions: dict[str, Redemption] = {}
    grants: dict[str, Grant] = {}
    reviews: dict[str, Review] = {}
    referrals: dict[str, Referral] = {}
    memberships: dict[str, Membership] = {}
    counters: dict[str, int] = {}
    keys: dict[str, tuple[str, int]] = {}
    marks: dict[str, str] = {}
    parked: dict[str, Parked] = {}
    members: dict[str, str] = {}
    """Who comes along: the member, and those whom he took over before."""
    standings: dict[str, Standing] = {}
    """Where the program keeps the higher tier of the two."""


DECODER = msgspec.json.Decoder(Belongings)


def all_of(account: Account) -> Belongings:
    """Everything that a merged account holds; every item says whose it was."""
    members = {account.id: account.id}
    members |= dict.fromkeys(account.profile.merged, account.id)
    content = Belongings(
        account.lots,
        {unit: totals.debt for unit, totals in account.totals.items() if totals.debt},
        account.orders,
        account.redemptions,
        {key: one for key, one in account.grants.items() if not one.catalogue},
        account.reviews,
        account.referrals,
        account.memberships,
        _beside_orders(account),
        account.keys,
        account.marks,
        account.parked,
        members,
        account.standings,
    )
    return signed(content, account.id)


def signed(content: Belongings, member: str) -> Belongings:
    """The same, where what is of nobody else is the member's."""
    return replace(
        content,
        lots=_signed(content.lots, member),
        orders=_signed(content.orders, member),
        redemptions=_signed(content.redemptions, member),
        grants=_signed(content.grants, member),
        reviews=_signed(content.reviews, member),
        referrals=_signed(content.referrals, member),
        memberships=_signed(content.memberships, member),
    )


def own_of(account: Account, members: Collection[str]) -> Belongings:
    """What merged members' own events produced and is still there.

    What is reserved is not: it comes back, or is redeemed, where it was asked for.
    """
    lots = {
        key: replace(lot, reserved=0)
        for key, lot in account.lots.items()
        if lot.origin in members and (lot.available or lot.pending)
    }
    waiting = {
        key: parked
        for key, parked in account.parked.items()
        if parked.subject in members and not parked.waits_for.startswith("redemption/")
    }
    return Belongings(
        lots=lots,
        orders=_from(account.orders, members),
        grants=_from(account.grants, members),
        reviews=_from(account.reviews, members),
        referrals=_from(account.referrals, members),
        memberships=_from(account.memberships, members),
        counters=_apart(account.counters, members),
        keys=_apart(account.keys, members),
        marks=_apart(account.marks, members),
        parked=waiting,
    )


def _signed(items: Mapping[str, Item], member: str) -> dict[str, Item]:
    return {key: replace(item, origin=item.origin or member) for key, item in items.items()}


def _from(items: Mapping[str, Item], members: Collection[str]) -> dict[str, Item]:
    return {key: item for key, item in items.items() if item.origin in members}


Plain = TypeVar("Plain", int, str, tuple[str, int])


def _apart(items: Mapping[str, Plain], members: Collection[str]) -> dict[str, Plain]:
    return {key: value for key, value in items.items() if told_apart(key, members)}


def _beside_orders(account: Account) -> dict[str, int]:
    """Counters without what orders count: they bring that along themselves."""
    counters = dict(account.counters)
    for order in account.orders.values():
        for key, amount in order.counted.items():
            counters[key] = counters.get(key, 0) - amount
    return {key: amount for key, amount in counters.items() if amount}
