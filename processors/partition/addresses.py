"""Whom an event names besides its subject, as accounts.

A referrer or a receiver may be given by an alias. What is decided and kept names accounts only:
a member's id, or the hash that an alias's account is called by, never a number or an address.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.intake import canonical_data

if TYPE_CHECKING:
    from collections.abc import Callable

    from schemas.inputs.base import InputData
    from schemas.intake import Received

NAMED: dict[str, tuple[str, ...]] = {
    "commerce.purchase.completed.v1": ("referrer",),
    "engagement.recognition.given.v1": ("to",),
    "engagement.referral.completed.v1": ("referrer",),
    "engagement.referral.joined.v1": ("referrer",),
    "loyalty.member.alias_linked.v1": ("alias",),
    "loyalty.member.enrolled.v1": ("aliases", "referrer"),
    "loyalty.member.merged.v1": ("from_member",),
    "loyalty.member.unmerged.v1": ("from_member",),
}
"""Fields of an event's data that name accounts, by its type."""


def addressed(received: Received, account_of: Callable[[str], str]) -> tuple[InputData, bytes]:
    """The event's data, and its canonical JSON, with accounts in the place of aliases."""
    data = received.data
    changed: dict[str, object] = {}
    for field in NAMED.get(received.type, ()):
        named = getattr(data, field)
        if not named:
            continue
        if isinstance(named, str):
            account: object = account_of(named)
        else:
            account = tuple(account_of(one) for one in named)
        if account != named:
            changed[field] = account
    if not changed:
        return data, received.event
    data = data.model_copy(update=changed)
    return data, canonical_data(data)
