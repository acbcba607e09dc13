"""`loyalty.member.*`: who the members are."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field

from schemas.inputs.base import (
    MOST_ATTRIBUTES,
    Alias,
    Attribute,
    Attributes,
    InputData,
    Text,
    Who,
)

MOST_ALIASES = 100


def _birthday(value: str) -> str:
    try:
        date.fromisoformat(f"2024-{value}")
    except ValueError:
        raise ValueError("must be a date MM-DD") from None
    return value


@lru_cache(maxsize=1024)
def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("must be a time zone such as Europe/London") from None
    return value


Birthday = Annotated[str, AfterValidator(_birthday)]
Zone = Annotated[Text, AfterValidator(_zone)]


class MemberEnrolled(InputData):
    """loyalty.member.enrolled.v1."""

    aliases: tuple[Alias, ...] | None = Field(default=None, max_length=MOST_ALIASES, strict=False)
    attributes: Attributes | None = None
    birthday: Birthday | None = None
    market: Text | None = None
    referrer: Who | None = None
    timezone: Zone | None = None


class ProfileChanged(InputData):
    """loyalty.member.profile_changed.v1: attributes merge key by key, null deletes a key."""

    attributes: (
        Annotated[dict[Text, Attribute | None], Field(max_length=MOST_ATTRIBUTES)] | None
    ) = None
    birthday: Birthday | None = None
    market: Text | None = None
    timezone: Zone | None = None


class AliasLinked(InputData):
    """loyalty.member.alias_linked.v1."""

    alias: Alias


class MemberMerged(InputData):
    """loyalty.member.merged.v1: the subject survives."""

    from_member: Who


class MemberUnmerged(InputData):
    """loyalty.member.unmerged.v1."""

    from_member: Who


class MemberErased(InputData):
    """loyalty.member.erased.v1."""
