"""What all input models share: frozen, strict, and blind to fields they do not know.

Fields stand in alphabetical order, so a dump without defaults is canonical JSON.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

from schemas.accounts import ALIAS
from schemas.aliases import is_alias, names_nobody
from schemas.values import YEARS, parse_instant

INT64 = 2**63 - 1
MOST_DIGITS = 30
MOST_ATTRIBUTES = 100
MOST_TEXT = 4096


class InputData(BaseModel):
    """The `data` of an input event. Unknown fields are ignored; see `closed` for producers."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")


def _instant(value: object) -> object:
    """RFC 3339 with an offset, or the microseconds that a canonical dump holds."""
    return parse_instant(value) if isinstance(value, str) else value


def _decimal(value: str) -> str:
    digits = value.removeprefix("-")
    whole, point, places = digits.partition(".")
    if not (whole.isascii() and whole.isdecimal()) or (
        point and not (places.isascii() and places.isdecimal())
    ):
        raise ValueError('must be a decimal string such as "12.70"')
    return value


def _amount(value: str) -> str:
    if value.startswith("-"):
        raise ValueError("must not be negative")
    return _decimal(value)


def _somebody(value: str) -> str:
    if names_nobody(value):
        raise ValueError("must name somebody behind its scheme")
    return value


def _alias(value: str) -> str:
    # What is stored names the alias's account.
    if not (is_alias(value) or value.startswith(ALIAS)):
        raise ValueError("must begin with the scheme of an alias, such as phone: or email:")
    return _somebody(value)


Id = Annotated[str, StringConstraints(min_length=1, max_length=256)]
Who = Annotated[Id, AfterValidator(_somebody)]
"""A member, or an alias of one."""
Alias = Annotated[Id, AfterValidator(_alias)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=MOST_TEXT)]
Minor = Annotated[int, Field(ge=0, le=INT64)]
Quantity = Annotated[int, Field(ge=1, le=INT64)]
Instant = Annotated[int, BeforeValidator(_instant), Field(ge=YEARS[0], lt=YEARS[1])]
"""Microseconds since 1970 UTC; on the wire RFC 3339 with an offset."""
Attribute = (
    Annotated[str, StringConstraints(max_length=MOST_TEXT)]
    | bool
    | Annotated[int, Field(ge=-INT64, le=INT64)]
)
Attributes = Annotated[dict[Text, Attribute], Field(max_length=MOST_ATTRIBUTES)]
Decimal = Annotated[str, StringConstraints(min_length=1, max_length=MOST_DIGITS)]
UnsignedDecimal = Annotated[Decimal, AfterValidator(_amount)]
SignedDecimal = Annotated[Decimal, AfterValidator(_decimal)]
LineKind = Literal["goods", "shipping", "fee", "tip", "gift_card", "donation", "deposit"]
TenderKind = Literal[
    "card",
    "cash",
    "store_card",
    "cobrand_card",
    "gift_card",
    "points",
    "membership_credit",
    "voucher",
    "other",
]
