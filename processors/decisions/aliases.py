"""Alias accounts: one owner each; what comes for them goes to him, or waits for him."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Raw
from msgspec.structs import replace

from processors.decisions.verdict import ACCEPTED, FORWARDED, Verdict, parked, refused
from processors.decisions.waiting import input_of
from schemas.accounts import is_member
from schemas.transfers import AliasClaim, ForwardedEvent

if TYPE_CHECKING:
    from processors.accounts.draft import Draft
    from processors.inputs import Input

MAX_HOPS = 8


def forward(draft: Draft, item: Input, owner: str, *, settles: bool = False) -> None:
    """Send an input on to the account that decides it, as it came."""
    event = ForwardedEvent(
        Raw(item.event),
        item.id,
        item.payload,
        item.source,
        _subject(draft, item, owner),
        item.time,
        item.type,
        arrived=item.arrival // 1000 if settles else None,
        at=item.entered if settles else None,
        program=item.program,
        settles=settles,
        testmode=item.testmode,
    )
    draft.affect("forward", owner, event)


def _subject(draft: Draft, item: Input, owner: str) -> str:
    """Whose event it is: an alias's are its member's, who may have been merged into another."""
    if is_member(item.subject):
        return item.subject
    return draft.account.profile.stands_for or owner


def route(draft: Draft, item: Input) -> Verdict:
    """An input for an alias, or for a member that was merged into another."""
    owner = draft.account.profile.owner
    if owner is None:
        return refused("member_erased") if draft.account.profile.erased else parked("owner")
    if item.hops >= MAX_HOPS:
        return refused("unknown_member")
    forward(draft, item, owner, settles=item.settles)
    return FORWARDED


def claimed(draft: Draft, data: AliasClaim) -> Verdict:
    """A member says that this alias is his. The first one is right."""
    profile = draft.account.profile
    if profile.owner is not None and profile.owner != data.owner:
        draft.affect("alias.refused", data.owner, data)
        return refused("alias_taken")
    if profile.owner is None:
        draft.put("profile", "", replace(profile, owner=data.owner, erased=False))
    draft.affect("alias.granted", data.owner, data)
    waiting = [(item.time, item.arrived, name) for name, item in draft.account.parked.items()]
    for _, _, name in sorted(waiting):
        forward(draft, input_of(draft.account.parked[name]), data.owner, settles=True)
        draft.put("parked", name, None)
    return ACCEPTED


def moved(draft: Draft, data: AliasClaim) -> Verdict:
    """The owner was merged into another member, or stands on his own again."""
    profile = replace(draft.account.profile, owner=data.owner, stands_for=data.member)
    draft.put("profile", "", profile)
    return ACCEPTED
