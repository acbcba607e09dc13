"""Undoing a merge: what the other id's own events produced goes back (semantics, section 10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Raw
from msgspec.structs import replace

from processors.accounts.counting import counts_at
from processors.accounts.draft import VALUES
from processors.accounts.origins import at_home, under
from processors.accounts.rewards import follow_tiers
from processors.accounts.telling import tell
from processors.accounts.tiers import lower_tier, resume
from processors.decisions.belongings import DECODER, KEPT_BY_KEY, Belongings, own_of, signed
from processors.decisions.handing import send, sent_before
from processors.decisions.members import judge_attributes
from processors.decisions.merges import received
from processors.decisions.pools import drop_all
from processors.decisions.renaming import STREAK, still_here
from processors.decisions.verdict import ACCEPTED, FORWARDED, Verdict
from schemas.transfers import AliasClaim, MergeContent, MergeRequest
from schemas.values import identity

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from processors.accounts.account import Account
    from processors.accounts.draft import Draft
    from processors.accounts.items import Order
    from schemas.inputs.members import MemberUnmerged
    from schemas.ledger import Bucket

FREE: tuple[Bucket, ...] = ("available", "pending")
UNMERGE, MOVED = "unmerge", "unmerge.moved"


def unmerged(draft: Draft, data: MemberUnmerged) -> Verdict:
    """Send back what the other id's own events produced and is still there.

    When a late event replays this, what was sent has been sent, and what came since goes after it.
    """
    origin, profile = data.from_member, draft.account.profile
    draft.affect("unmerge.requested", origin, MergeRequest(draft.account.id))
    members = {who for who, by in profile.merged.items() if origin in {who, by}} | {origin}
    # An answer comes to who asked, and would not find them.
    drop_all(draft, lambda lot: lot.origin not in members)
    sent = sent_before(draft, MOVED, lambda moved: moved.cause == _cause(draft))
    for content in sent:
        _part_with(draft, content, members)
    own = own_of(draft.account, members)
    if not sent:
        own = replace(own, members=dict.fromkeys(sorted(members - {origin}), origin))
    if own != Belongings():
        moved = MergeContent(draft.account.id, Raw(VALUES.encode(own)), cause=_cause(draft))
        draft.affect(MOVED, origin, moved)
        _part_with(draft, own, members)
    rest = {who: by for who, by in profile.merged.items() if who not in members}
    if rest != profile.merged:
        draft.put("profile", "", replace(draft.account.profile, merged=rest))
    return ACCEPTED


def _cause(draft: Draft) -> str:
    return identity(draft.item.source, draft.item.id)


def _part_with(draft: Draft, content: Belongings, members: Collection[str]) -> None:
    """What is sent leaves the account, and so does what it counted here."""
    send(draft, content.lots, {}, FREE, UNMERGE)
    account, notices = draft.account, len(draft.notices)
    for collection in KEPT_BY_KEY:
        held = getattr(account, collection)
        for key in sorted(getattr(content, collection)):
            if key in held and held[key].origin in members:
                if collection == "grants":
                    tell(draft, "withdrawn", key, held[key], held[key].quantity, UNMERGE)
                if collection == "orders":
                    _uncount(draft, held[key])
                draft.put(collection, key, None)
    for key in sorted(content.parked.keys() & account.parked.keys()):
        draft.put("parked", key, None)
    _forget(draft, content, members)
    follow_tiers(draft, notices)


def _others(account: Account, held: Mapping[str, object], name: str) -> bool:
    """True when it is the account's own as well, or another merged member's."""
    return any(under(who, name) in held for who in (account.id, *account.profile.merged))


def _uncount(draft: Draft, order: Order) -> None:
    for counter, amount in order.counted.items():
        draft.count(counter, -amount)
    for ladder in draft.version.ladders:
        lower_tier(draft, ladder, counts_at(ladder, order))


def _forget(draft: Draft, content: Belongings, members: Collection[str]) -> None:
    """Keys, marks and counters of the others, and what of them the account took for its own."""
    account = draft.account
    for collection in ("keys", "marks"):
        held = getattr(account, collection)
        for key, value in sorted(getattr(content, collection).items()):
            own = at_home(key, members)
            draft.put(collection, key, None)
            if own.startswith(STREAK) and own in held:
                draft.put(collection, own, still_here(account, held[own]))
            elif held.get(own) == value and not _others(account, held, own):
                draft.put(collection, own, None)
    for key, amount in sorted(content.counters.items()):
        own = at_home(key, members)
        draft.count(own, -min(amount, account.counters.get(own, 0)))
        draft.put("counters", key, None)
    if content.counters:
        for ladder in draft.version.ladders:
            lower_tier(draft, ladder, draft.time)


def returned(draft: Draft, data: MergeContent) -> Verdict:
    """Have back what is one's own; who has been merged again meanwhile hands it on."""
    profile = draft.account.profile
    if profile.owner is None:
        return _have_back(draft, data)
    content = signed(DECODER.decode(data.content), draft.account.id)
    moved = MergeContent(draft.account.id, Raw(VALUES.encode(content)))
    draft.affect("merge.moved", profile.owner, moved)
    return FORWARDED


def _have_back(draft: Draft, data: MergeContent) -> Verdict:
    """What was returned of one's orders meanwhile may have taken a tier."""
    verdict, notices = received(draft, data), len(draft.notices)
    for order in DECODER.decode(data.content).orders.values():
        for ladder in draft.version.ladders:
            lower_tier(draft, ladder, counts_at(ladder, order))
    follow_tiers(draft, notices)
    return verdict


def unrequested(draft: Draft, _data: MergeRequest) -> Verdict:
    """This id stands on its own again, and its aliases are its own."""
    profile = draft.account.profile
    draft.put("profile", "", replace(profile, owner=None))
    for ladder in draft.version.ladders:
        name = under(draft.account.id, ladder.id)
        held = draft.account.standings.get(name)
        if held is not None:
            draft.put("standings", name, None)
            resume(draft, ladder, held)
    judge_attributes(draft)
    for alias in profile.aliases:
        draft.affect("alias.moved", alias, AliasClaim(alias, draft.account.id))
    return ACCEPTED
