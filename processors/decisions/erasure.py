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
from schemas.transfers import AliasClaim, MergeRequest

if TYPE_CHECKING:
    from processors.accounts.draft import Draft
    from schemas.inputs.members import MemberErased

ERASED = "loyalty.member.erased.v1"
FORGETTING = frozenset({ERASED, "transfer.erase.requested", "transfer.alias.released"})
"""Inputs that leave no history behind, and need none."""
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


def erased(draft: Draft, _data: MemberErased | MergeRequest) -> Verdict:
    """Give back what is reserved, withdraw what is open, and forget the rest."""
    # As things stand now, also where it was asked for long ago: there is no history to go back to.
    draft.move_to(draft.item, max(draft.time, draft.account.time))
    wipe(draft)
    return ACCEPTED


def alias_released(draft: Draft, data: AliasClaim) -> Verdict:
    """The alias is nobody's any more: what comes for it is refused, until somebody claims it."""
    draft.move_to(draft.item, max(draft.time, draft.account.time))
    if data.owner in {draft.account.profile.owner, draft.account.profile.stands_for}:
        draft.put("profile", "", Profile(erased=True))
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
    _forget_person(draft)


def _forget_person(draft: Draft) -> None:
    """Nor do his aliases say who he was, nor the accounts that were merged into his."""
    profile, name = draft.account.profile, draft.account.id
    for alias in profile.aliases:
        draft.affect("alias.released", alias, AliasClaim(alias, name))
    for member in sorted(profile.merged):
        draft.affect("erase.requested", member, MergeRequest(name))
    nobody = Profile(enrolled_at=profile.enrolled_at, erased=True)
    if profile != nobody:
        draft.put("profile", "", nobody)


def _rename_lots(draft: Draft) -> None:
    lots = sorted(draft.account.lots.items())
    for name, _ in lots:
        draft.put("lots", name, None)
    for place, (_, lot) in enumerate(lots):
        draft.put("lots", f"{NAMELESS}/{place}", replace(lot, owner=NAMELESS, origin=None))
