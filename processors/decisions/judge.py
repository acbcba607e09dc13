"""One input judged within a draft: by an alias or a member, applied, parked or refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.accounts.lots import merged_subject
from processors.accounts.origins import under
from processors.decisions import aliases
from processors.decisions.erasure import wipe
from processors.decisions.members import admit, why_not
from processors.decisions.naming import in_own_names
from processors.decisions.table import BUSINESS_KEYS, DECISIONS
from processors.decisions.verdict import ACCEPTED, CONFLICTING, DUPLICATE, parked, refused
from processors.decisions.waiting import UNKNOWN, crowded, park
from processors.inputs import TRANSFER, is_aside
from schemas.accounts import ALIAS, is_member
from schemas.decoding import decode_data
from schemas.values import canonical, digest, identity

if TYPE_CHECKING:
    from processors.accounts.draft import Draft
    from processors.decisions.verdict import Verdict
    from processors.inputs import Input

UNCOMPARED = ("channel", "location_id")
"""Left out when two reports of one business fact are compared (contract, section 1)."""

TOO_LATE = refused("too_late")
BOOKED = frozenset({"accepted", "parked", "forwarded"})
"""Outcomes with which a business key is taken."""
TO_ALIAS = "transfer.alias."
"""Transfers that an alias's own account answers; all others are for its owner."""
TO_MEMBER = ("transfer.referral.", "transfer.recognition.", "transfer.pool.")
"""Transfers that follow a member who was merged into another."""
REFUSED_BY_ERASED = {"transfer.referral.qualified", "transfer.referral.cancelled"}
"""Transfers that an erased member needs no more; all others settle something."""


def judge(draft: Draft, item: Input) -> Verdict:
    """Decide `item`. A refusal leaves nothing behind but itself."""
    alias = draft.account.id.startswith(ALIAS)
    if (alias or draft.account.profile.owner is not None) and _sends_on(draft, alias=alias):
        verdict = aliases.route(draft, item)
        return _parked(draft, verdict, draft.program.retro_claim_days)
    if is_aside(item, draft.program.id):
        return ACCEPTED
    if is_member(draft.account.id):
        reason = admit(draft)
        transfer = item.type.startswith(TRANSFER)
        if reason is not None and (not transfer or item.type in REFUSED_BY_ERASED):
            return refused(reason)
    data = item.data if item.data is not None else decode_data(item.type, item.event)
    key = business_key(item, data)
    if key is None:
        return _decided(draft, item, data)
    hashed = business_hash(item.event)
    # What was parked here has its key here already; now it is its own turn.
    waited = item.settles and item.at is None
    known = None if draft.forced or waited else _known(draft, key, hashed)
    if known is not None:
        return known
    # Deciding it may bring about what waited for it, at a later time.
    at = draft.time
    verdict = _decided(draft, item, data)
    if verdict.outcome in BOOKED:
        _book(draft, key, (hashed, at))
    return verdict


def judge_too_late(draft: Draft, item: Input) -> Verdict:
    """Decide `item` beyond the horizon: lateness comes after all else that intake asks."""
    if draft.account.id.startswith(ALIAS):
        return TOO_LATE
    if is_aside(item, draft.program.id):
        return ACCEPTED
    reason = why_not(draft)
    if reason is not None:
        return refused(reason)
    return repeated(draft, item) or TOO_LATE


def repeated(draft: Draft, item: Input) -> Verdict | None:
    """Duplicate or conflicting, by what the account has taken by now, whatever time it speaks of.

    The first report to arrive is the one that counts, so history is not decided again for others.
    """
    if is_aside(item, draft.program.id):
        return None
    key = business_key(item, item.data or decode_data(item.type, item.event))
    return None if key is None else _known(draft, key, business_hash(item.event))


def _book(draft: Draft, key: str, known: tuple[str, int]) -> None:
    """Remember a business key; a merged member's also as his own, to go back with him."""
    draft.put("keys", key, known)
    origin = merged_subject(draft)
    if origin is not None:
        draft.put("keys", under(origin, key), known)


def _known(draft: Draft, key: str, hashed: str) -> Verdict | None:
    """Duplicate or conflicting, by the business key; a merged member's own comes first."""
    keys, origin = draft.account.keys, merged_subject(draft)
    known = None if origin is None else keys.get(under(origin, key))
    known = known or keys.get(key)
    if known is None:
        return None
    return DUPLICATE if known[0] == hashed else CONFLICTING


def _decided(draft: Draft, item: Input, data: object) -> Verdict:
    """What the decision of the input's type says."""
    held = draft.elsewhere and draft.elsewhere.get(identity(item.source, item.id))
    if held:
        return _parked(draft, parked(held.waits_for))
    verdict = DECISIONS[item.type](draft, in_own_names(draft, data))
    if draft.account.profile.erased and item.type.startswith(TRANSFER):
        wipe(draft)
    return _parked(draft, verdict)


def _parked(draft: Draft, verdict: Verdict, days: int | None = None) -> Verdict:
    """Keep an input that must wait, if there is room."""
    if verdict.outcome != "parked":
        return verdict
    assert verdict.waits_for is not None, "a parked input waits for something"
    kind = draft.item.type
    settles_nothing = not kind.startswith(TRANSFER) or kind in REFUSED_BY_ERASED
    if settles_nothing and not draft.forced and crowded(draft):
        return refused(UNKNOWN[verdict.waits_for.partition("/")[0]])
    park(draft, verdict.waits_for, days)
    return verdict


def _sends_on(draft: Draft, *, alias: bool) -> bool:
    """An alias, or an account that was merged into another, decides no event itself."""
    kind = draft.item.type
    if alias:
        return not kind.startswith(TO_ALIAS)
    return not kind.startswith(TRANSFER) or kind.startswith(TO_MEMBER)


def business_key(item: Input, data: object) -> str | None:
    """The business key of an input that has one, for example `order/O1`."""
    kind = BUSINESS_KEYS.get(item.type)
    return None if kind is None else f"{kind[0]}/{getattr(data, kind[1])}"


def business_hash(event: bytes) -> str:
    """Hash of an event's data without the fields that two reports of it may differ in."""
    if b'"channel"' in event or b'"location_id"' in event:
        event = canonical(event, without=UNCOMPARED)
    return digest(event)
