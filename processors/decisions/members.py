"""Members: enrolment, profile, aliases, erasure (semantics, sections 2 and 10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from processors.accounts.rewards import follow_tiers, grant
from processors.accounts.tiers import match_attributes
from processors.decisions.calendar import allow, open_running
from processors.decisions.referrals import attribute_enrolment
from processors.decisions.verdict import ACCEPTED, FORWARDED, Verdict, refused
from schemas.inputs.base import MOST_ATTRIBUTES
from schemas.inputs.members import MOST_ALIASES
from schemas.transfers import AliasClaim
from schemas.values import identity

if TYPE_CHECKING:
    from processors.accounts.draft import Draft
    from schemas.inputs.members import (
        AliasLinked,
        MemberEnrolled,
        ProfileChanged,
    )

ENROLLED = "loyalty.member.enrolled.v1"
WELCOMED = "welcomed"
TOO_MANY = "above_maximum"
"""What one member may have bounds what each of his events costs."""


def admit(draft: Draft) -> str | None:
    """Enrol who was never seen, at this event's time; or say why the event is refused."""
    reason = why_not(draft)
    if reason is not None:
        return reason
    profile = draft.account.profile
    if profile.enrolled_at is None:
        draft.put("profile", "", replace(profile, enrolled_at=draft.time))
        judge_attributes(draft)
        if draft.item.type != ENROLLED:
            welcome(draft)
    return None


def why_not(draft: Draft) -> str | None:
    """Why an event of this member is refused: who is erased, or not enrolled where it is asked."""
    profile = draft.account.profile
    if profile.erased:
        return "member_erased"
    required = draft.version.enrolment == "required" and draft.item.type != ENROLLED
    return "not_enrolled" if required and profile.enrolled_at is None else None


def welcome(draft: Draft) -> None:
    """What a member gets for joining: rewards of the day, and a share of the allowance."""
    version = draft.version
    for reward in version.gifts:
        window = reward.on_enrolment
        if window is not None and window[0] <= draft.time < window[1]:
            grant(draft, reward, "enrolment")
    open_running(draft)
    for allowance in version.allowances:
        allow(draft, allowance, joined=True)
    if version.allowances or version.gifts:
        draft.put("marks", WELCOMED, str(draft.time))


def judge_attributes(draft: Draft) -> None:
    """Tiers that attributes give follow the attributes."""
    notices = len(draft.notices)
    for ladder in draft.version.ladders:
        if ladder.by_attribute:
            match_attributes(draft, ladder)
    follow_tiers(draft, notices)


def enrolled(draft: Draft, data: MemberEnrolled) -> Verdict:
    """A member joins: profile, aliases, and who referred him."""
    profile = draft.account.profile
    attributes = {**profile.attributes, **(data.attributes or {})}
    aliases = {*profile.aliases, *(data.aliases or ())}
    if len(attributes) > MOST_ATTRIBUTES or len(aliases) > MOST_ALIASES:
        return refused(TOO_MANY)
    first = WELCOMED not in draft.account.marks and profile.enrolled_at == draft.time
    birthday = data.birthday or profile.birthday
    draft.put(
        "profile",
        "",
        replace(
            profile,
            birthday=birthday,
            birthday_since=draft.time if data.birthday else profile.birthday_since,
            timezone=data.timezone or profile.timezone,
            market=data.market or profile.market,
            attributes=attributes,
        ),
    )
    judge_attributes(draft)
    if first:
        welcome(draft)
    for alias in data.aliases or ():
        draft.affect("alias.claimed", alias, AliasClaim(alias, draft.account.id))
    if data.referrer is not None:
        attribute_enrolment(draft, data.referrer)
    return ACCEPTED


def profile_changed(draft: Draft, data: ProfileChanged) -> Verdict:
    """Attributes merge key by key; null deletes a key."""
    profile = draft.account.profile
    attributes: dict[str, str | int | bool] = dict(profile.attributes)
    for name, value in (data.attributes or {}).items():
        if value is None:
            attributes.pop(name, None)
        else:
            attributes[name] = value
    if len(attributes) > max(MOST_ATTRIBUTES, len(profile.attributes)):
        return refused(TOO_MANY)
    moved = data.birthday is not None and data.birthday != profile.birthday
    for mark, year in draft.version.birthdays_begun(draft.account, draft.time) if moved else ():
        draft.put("marks", mark, year)
    draft.put(
        "profile",
        "",
        replace(
            profile,
            birthday=data.birthday or profile.birthday,
            birthday_since=draft.time if moved else profile.birthday_since,
            timezone=data.timezone or profile.timezone,
            market=data.market or profile.market,
            attributes=attributes,
        ),
    )
    judge_attributes(draft)
    if moved:
        open_running(draft, birthdays=True)
    return ACCEPTED


def alias_linked(draft: Draft, data: AliasLinked) -> Verdict:
    """The alias's own account decides whose it is."""
    if len({*draft.account.profile.aliases, data.alias}) > MOST_ALIASES:
        return refused(TOO_MANY)
    settles = identity(draft.item.source, draft.item.id)
    draft.affect("alias.claimed", data.alias, AliasClaim(data.alias, draft.account.id, settles))
    return FORWARDED


def alias_granted(draft: Draft, data: AliasClaim) -> Verdict:
    """The alias is this member's."""
    profile = draft.account.profile
    if data.alias not in profile.aliases:
        draft.put("profile", "", replace(profile, aliases=(*profile.aliases, data.alias)))
    if data.settles:
        draft.settles.append(data.settles)
    return ACCEPTED


def alias_refused(draft: Draft, data: AliasClaim) -> Verdict:
    """The alias is somebody else's."""
    if data.settles:
        draft.settles.append(data.settles)
    return refused("alias_taken")
