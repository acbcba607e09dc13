"""The smallest words of the language: names, figures, days, and the models' own manners."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from processors.programs.figures import ratio_of


class Model(BaseModel):
    """Frozen and closed: a key that is not here is a typo."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True
    )


def _decimal(value: str) -> str:
    if ratio_of(value)[0] < 0:
        raise ValueError("must not be negative")
    if len(value) > MOST_DIGITS:
        raise ValueError(f"must have at most {MOST_DIGITS} digits")
    return value


def _text(value: object) -> object:
    if type(value) is not int and not isinstance(value, str):
        raise ValueError('must be a decimal such as "1.25"')
    return str(value)


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        near = get_close_matches(value, sorted(available_timezones()), 1)
        meant = f"; did you mean {near[0]}?" if near else ", for example Europe/Paris"
        raise ValueError(f"must be a time zone of the IANA list{meant}") from None
    return value


def _some(value: str) -> str:
    if ratio_of(value)[0] == 0:
        raise ValueError("must be more than 0")
    return value


def _money(value: str) -> str:
    if len(value.partition(".")[2].rstrip("0")) > MINOR:
        raise ValueError(f"is an amount of money: at most {MINOR} decimal places")
    return value


def _date(value: object) -> object:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError as bad:
        raise ValueError(f"must be a date such as 2026-03-01 ({bad})") from None


def _clock(value: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d|24:00", value):
        raise ValueError('must be a time of day such as "16:00"')
    return value


MOST_DIGITS = 15
MINOR = 2
"""Places of a currency's minor unit."""


@dataclass(frozen=True)
class InUnit:
    """Marks a number of points: it has no more places than the unit it is of."""


@dataclass(frozen=True)
class Refers:
    """Marks a name that must be defined in the same version: a unit, tier, ladder, reward, rule."""

    kind: str


Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]
UnitName = Annotated[Name, Refers("unit")]
TierName = Annotated[Name, Refers("tier")]
LadderName = Annotated[Name, Refers("ladder")]
RewardName = Annotated[Name, Refers("reward")]
EarningName = Annotated[Name, Refers("earning rule")]
RuleName = Annotated[Name, Refers("rule")]
Figure = Annotated[str, BeforeValidator(_text), AfterValidator(_decimal)]
"""An exact figure, for example 1.25 or 500.00."""
Some = Annotated[Figure, AfterValidator(_some)]
"""A figure above 0."""
Money = Annotated[Figure, AfterValidator(_money)]
"""An amount in whole currency units."""
SomeMoney = Annotated[Money, AfterValidator(_some)]
"""An amount of money above 0."""
Points = Annotated[Figure, InUnit()]
"""A number of points, with the places of its unit."""
SomePoints = Annotated[Some, InUnit()]
Day = Annotated[date, BeforeValidator(_date)]
"""A local date; it stands for its first instant."""
Clock = Annotated[str, AfterValidator(_clock)]
"""A local time of day."""
Zone = Annotated[str, AfterValidator(_zone)]
MOST = 1_000_000
Positive = Annotated[int, Field(ge=1, le=MOST)]
Count = Annotated[int, Field(ge=0, le=MOST)]
Whole = Annotated[int, Field(ge=-MOST, le=MOST)]
Scalar = str | bool | Annotated[int, Field(ge=-(2**63), lt=2**63)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
"""An ISO 4217 code, such as EUR."""
Names = tuple[Name, ...]
TierNames = tuple[TierName, ...]
Rounding = Literal["floor", "ceil", "half_up"]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Period = Literal[
    "order",
    "day",
    "week",
    "month",
    "quarter",
    "fiscal_quarter",
    "year",
    "fiscal_year",
    "membership_year",
    "lifetime",
]
Recurring = Literal[
    "day", "week", "month", "quarter", "fiscal_quarter", "year", "fiscal_year", "membership_year"
]
SharedPeriod = Literal[
    "day", "week", "month", "quarter", "fiscal_quarter", "year", "fiscal_year", "lifetime"
]
"""A period that is the same one for every member."""
CapPeriod = Literal[Period, "currency_unit"]
Counted = Annotated[str, Field(pattern=r"^(spend|points|orders|activity:.+)$")]
"""What a ladder counts."""
SeveralCounted = Annotated[tuple[Counted, ...], Field(strict=False, min_length=1)]
Activity = Annotated[str, Field(pattern=r"^(order|redemption|(activity|entitlement):.+)$")]
"""What members do: `order`, `redemption`, `activity:NAME` or `entitlement:REWARD`."""
