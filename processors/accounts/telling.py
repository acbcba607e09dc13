"""What is published of a grant, and the id by which it is told apart from others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from schemas.ledger import Eligibility
from schemas.values import digest

if TYPE_CHECKING:
    from processors.accounts.draft import Draft
    from processors.accounts.items import Grant

Change = Literal["gained", "withdrawn", "consumed", "expired"]


def eligibility_id(draft: Draft, name: str, item: Grant) -> str:
    """The id of a grant: the same whenever the account is folded."""
    return digest(f"{draft.account.id}/{name}/{item.valid_from}".encode())


def tell(draft: Draft, change: Change, name: str, item: Grant, quantity: int, reason: str) -> None:
    """Publish what happened to a grant."""
    draft.eligibility.append(
        Eligibility(
            change,
            eligibility_id(draft, name, item),
            quantity,
            reason,
            item.reward_id,
            item.valid_from,
            item.valid_until,
        )
    )
