"""Names that are free, for what a merge brings into an account (semantics, section 10).

A merge keys what it moves by (origin member, id): an id keeps its name where it is free, and is
called `origin:id` where it is not. Whatever refers to it is renamed with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from processors.accounts.items import Part
from processors.accounts.lots import lot_id
from processors.accounts.origins import at_home, bare, under
from processors.accounts.steps import RIPE
from processors.decisions.belongings import KEPT_BY_KEY

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from processors.accounts.account import Account
    from processors.accounts.items import Grant, Lot, Order, Redemption, Referral
    from processors.decisions.belongings import Belongings, Item

Names = dict[str, dict[str, str]]
"""By collection: old names to new ones."""

OWNERS = {
    "order": "orders",
    "delivery": "orders",
    "review": "reviews",
    "referral": "referrals",
    "redemption": "redemptions",
}
"""The first part of a lot's owner, and the collection that the rest is a name in."""
USED, STREAK = "used/", "streak/"
"""Prefixes of marks that name orders."""


def fitted(content: Belongings, account: Account, member: str) -> Belongings:
    """The same under names that are free in the account, whose own things are its own again."""
    names: Names = {}
    for collection in KEPT_BY_KEY:
        held, taken = getattr(content, collection), getattr(account, collection)
        names[collection] = _free_names(held, taken, account.id, member)
    # Two memberships of one plan are not two things of one name: see `memberships.hold`.
    names["memberships"] = {key: bare(account.id, key) for key in content.memberships}
    names["lots"] = _lot_names(content, account, names)
    members = (account.id, *content.members, *account.profile.merged)
    return _Renaming(names, account.id, member).of(content, members)


class _Renaming(NamedTuple):
    """New names for what one member holds, as another takes it over."""

    names: Names
    survivor: str
    member: str

    def of(self, content: Belongings, members: Collection[str]) -> Belongings:
        """Everything under its new name, and with the new names of what it refers to."""
        marks = content.marks.items()
        return replace(
            content,
            lots=self._each("lots", content.lots, self._lot),
            orders=self._each("orders", content.orders, self._order),
            redemptions=self._each("redemptions", content.redemptions, self._redemption),
            grants=self._each("grants", content.grants, self._grant),
            reviews=self._each("reviews", content.reviews, lambda review: review),
            referrals=self._each("referrals", content.referrals, self._referral),
            memberships=self._each("memberships", content.memberships, lambda plan: plan),
            marks=dict(_mark(key, value, self.names, members) for key, value in marks),
        )

    def _each(
        self, collection: str, items: Mapping[str, Item], renamed: Callable[[Item], Item]
    ) -> dict[str, Item]:
        names = self.names[collection]
        return {
            names.get(key, key): renamed(replace(item, origin=self._home(item.origin)))
            for key, item in items.items()
        }

    def _home(self, origin: str | None) -> str | None:
        return None if origin == self.survivor else origin

    def _lot(self, lot: Lot) -> Lot:
        return replace(lot, owner=_owner(lot.owner, self.names))

    def _order(self, order: Order) -> Order:
        return replace(
            order,
            redemption_id=_named(self.names, "redemptions", order.redemption_id),
            referral=_named(self.names, "referrals", order.referral),
        )

    def _redemption(self, item: Redemption) -> Redemption:
        return replace(item, parts=self._parts(item.parts))

    def _grant(self, item: Grant) -> Grant:
        return replace(item, parts=self._parts(item.parts))

    def _referral(self, item: Referral) -> Referral:
        return replace(item, order_id=_named(self.names, "orders", item.order_id))

    def _parts(self, items: tuple[Part, ...]) -> tuple[Part, ...]:
        lots = self.names["lots"]
        return tuple(
            Part(lots.get(part.lot, part.lot), part.amount, self._mould(part.mould))
            for part in items
        )

    def _mould(self, lot: Lot) -> Lot:
        origin = self._home(lot.origin or self.member)
        return replace(lot, owner=_owner(lot.owner, self.names), origin=origin)


def still_here(account: Account, orders: str) -> str | None:
    """Of orders that count towards a streak, those that the account has."""
    return "\n".join(name for name in orders.split("\n") if name in account.orders) or None


def _free_names(
    items: Mapping[str, Item], taken: Collection[str], mine: str, member: str
) -> dict[str, str]:
    names: dict[str, str] = {}
    for key, item in sorted(items.items()):
        name = bare(mine, key)
        while name in taken:
            name = under(item.origin or member, name)
        names[key] = name
    return names


def _lot_names(content: Belongings, account: Account, names: Names) -> dict[str, str]:
    """A lot follows what it was given for; another of that name is told from it at the end."""
    found: dict[str, str] = {}
    taken = set(account.lots)
    for key, lot in sorted(content.lots.items()):
        name = key
        if key.startswith(lot.owner):
            name = _owner(lot.owner, names) + key.removeprefix(lot.owner)
        if lot.origin == account.id and key != lot_id(lot.owner, lot.rule):
            name = name.removesuffix(f"/{account.id}")
        while name in taken:
            name = f"{name}/{lot.origin}"
        found[key] = name
        taken.add(name)
    return found


def _named(names: Names, collection: str, key: str | None) -> str | None:
    return None if key is None else names[collection].get(key, key)


def _owner(owner: str, names: Names) -> str:
    kind, slash, key = owner.partition("/")
    collection = OWNERS.get(kind)
    return owner if collection is None else kind + slash + names[collection].get(key, key)


def _mark(key: str, value: str, names: Names, members: Collection[str]) -> tuple[str, str]:
    """A mark that names lots, orders or grants names them as they are called now."""
    plain = at_home(key, members)
    if plain != key:
        named, value = _mark(plain, value, names, ())
        return key.removesuffix(plain) + named, value
    if key.startswith(RIPE):
        lot = key.removeprefix(RIPE)
        return RIPE + names["lots"].get(lot, lot), value
    if key.startswith(USED):
        head, _, order = key.rpartition("/")
        grant = names["grants"].get(value, value)
        return f"{head}/{names['orders'].get(order, order)}", grant
    if key.startswith(STREAK):
        return key, "\n".join(names["orders"].get(one, one) for one in value.split("\n"))
    return key, value
