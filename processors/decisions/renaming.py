"""Names that are free, for what a merge brings into an account (semantics, section 10).

A merge keys what it moves by (origin member, id): an id keeps its name where it is free, and is
called `origin:id` where it is not. Whatever refers to it is renamed with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from processors.accounts.items import Part
from processors.accounts.lots import lot_id
from processors.accounts.origins import at_home, bare, under
from processors.accounts.steps import RIPE
from processors.decisions.belongings import KEPT_BY_KEY

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from processors.accounts.account import Account
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
    mine = account.id
    members = (mine, *content.members, *account.profile.merged)
    # Two memberships of one plan are not two things of one name: see `memberships.hold`.
    names["memberships"] = {key: bare(mine, key) for key in content.memberships}
    names["lots"] = _lot_names(content, account, names)

    def home(origin: str | None) -> str | None:
        return None if origin == mine else origin

    def parts(items: tuple[Part, ...]) -> tuple[Part, ...]:
        return tuple(
            Part(
                names["lots"].get(part.lot, part.lot),
                part.amount,
                replace(
                    part.mould,
                    owner=_owner(part.mould.owner, names),
                    origin=home(part.mould.origin or member),
                ),
            )
            for part in items
        )

    def moved(collection: str, items: Mapping[str, Item]) -> dict[str, Item]:
        return {
            names[collection].get(key, key): replace(item, origin=home(item.origin))
            for key, item in items.items()
        }

    return replace(
        content,
        lots={
            key: replace(lot, owner=_owner(lot.owner, names))
            for key, lot in moved("lots", content.lots).items()
        },
        orders={
            key: replace(
                order,
                redemption_id=_named(names, "redemptions", order.redemption_id),
                referral=_named(names, "referrals", order.referral),
            )
            for key, order in moved("orders", content.orders).items()
        },
        redemptions={
            key: replace(item, parts=parts(item.parts))
            for key, item in moved("redemptions", content.redemptions).items()
        },
        grants={
            key: replace(item, parts=parts(item.parts))
            for key, item in moved("grants", content.grants).items()
        },
        reviews=moved("reviews", content.reviews),
        referrals={
            key: replace(item, order_id=_named(names, "orders", item.order_id))
            for key, item in moved("referrals", content.referrals).items()
        },
        memberships=moved("memberships", content.memberships),
        marks=dict(_mark(key, value, names, members) for key, value in content.marks.items()),
    )


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
