"""What an event means by an id, in an account that holds things of several members.

A merge keys orders and the like by (origin member, id): an event in a merged member's name means
what came with him, one in the survivor's name what is the survivor's; what only one of the two
has, both mean.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.accounts.lots import merged_subject
from processors.accounts.origins import under
from schemas.inputs.base import InputData

if TYPE_CHECKING:
    from processors.accounts.draft import Draft

NAMED = {
    "order_id": "orders",
    "redemption_id": "redemptions",
    "review_id": "reviews",
    "referral_id": "referrals",
    "plan": "memberships",
}
"""Fields of inputs, and the collections that they name something in."""


def in_own_names(draft: Draft, data: object) -> object:
    """The data with the names under which the account keeps what the event speaks of."""
    origin = merged_subject(draft)
    if origin is None or not isinstance(data, InputData):
        return data
    renamed: dict[str, str] = {}
    for field, collection in NAMED.items():
        key = getattr(data, field, None)
        if key is not None and (own := under(origin, key)) in getattr(draft.account, collection):
            renamed[field] = own
    return data.model_copy(update=renamed) if renamed else data
