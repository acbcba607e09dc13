"""Erasing a member: nothing personal stays in the account, and every total does (section 10).

Points that were there stay as lots without a name, and end on their dates, so the book balances.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from processors.accounts.items import Profile
from processors.accounts.rewards import close
from processors.decisions.pools import drop_all
from processors.decisions.redemptions import release_hold
from processors.decisions.verdict import ACCEPTED, Verdict
from processors.decisions.waiting import give_up

if TYPE_CHECKING:
    from processors.accounts.draft import Draft
    from schemas.inputs.members import MemberErased

ERASED = "loyalty.member.erased.v1"
REASON = "erased"
REFUSAL = "member_erased"
NAMELESS = "erased"
FORGOTTEN = (
    "counters",
    "identities",
    "keys",
    "marks",
    "memberships",
    "orders",
    "redemptions",
    "referrals",
    "reviews",
    "standings",
    "timers",
)


def erased(draft: Draft, _data: MemberErased) -> Verdict:
    """Give back what is reserved, withdraw what is open, and forget the rest."""
    # As things stand now, also where it was asked for long ago: there is no history to go back to.
    draft.move_to(draft.item, max(draft.time, draft.account.time))
    wipe(draft)
    enrolled_at = draft.account.profile.enrolled_at
    draft.put("profile", "", Profile(enrolled_at=enrolled_at, erased=True))
    return ACCEPTED


def wipe(draft: Draft) -> None:
    """Leave amounts and dates, and nothing that says whose they are or what they were for."""
    account = draft.account
    drop_all(draft)
    for key, redemption in sorted(account.redemptions.items()):
        if redemption.state == "reserved":
            release_hold(draft, key)
    for key in sorted(account.grants):
        close(draft, key, "withdrawn", REASON)
    for key in sorted(account.parked):
        give_up(draft, key, REFUSAL)
    for collection in FORGOTTEN:
        for key in sorted(getattr(account, collection)):
            draft.put(collection, key, None)
    _rename_lots(draft)


def _rename_lots(draft: Draft) -> None:
    lots = sorted(draft.account.lots.items())
    for name, _ in lots:
        draft.put("lots", name, None)
    for place, (_, lot) in enumerate(lots):
        draft.put("lots", f"{NAMELESS}/{place}", replace(lot, owner=NAMELESS, origin=None))
