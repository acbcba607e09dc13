"""The smallest words of the language: names, figures, days, and the models' own manners."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from processors.programs.figures import ratio_of


class Model(BaseModel):
    """Frozen and closed: a key that is not here is a typo."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def _decimal(value: str) -> str:
    ratio_of(value)
    return value


def _text(value: object) -> object:
    return str(value) if type(value) is int else value


def _date(value: object) -> object:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _clock(value: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d|24:00", value):
        raise ValueError('must be a time of day such as "16:00"')
    return value


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
Day = Annotated[date, BeforeValidator(_date)]
"""A local date; it stands for its first instant."""
Clock = Annotated[str, AfterValidator(_clock)]
"""A local time of day."""
Positive = Annotated[int, Field(ge=1)]
Count = Annotated[int, Field(ge=0)]
Scalar = str | bool | int
Names = tuple[Name, ...]
TierNames = tuple[TierName, ...]
LineKind = Literal["goods", "shipping", "fee", "tip", "gift_card", "donation", "deposit"]
Rounding = Literal["floor", "ceil", "half_up"]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Period = Literal[
    "order", "day", "month", "quarter", "fiscal_quarter", "year", "fiscal_year", "lifetime"
]
Activity = Annotated[str, Field(pattern=r"^(order|redemption|(activity|entitlement):.+)$")]
"""What members do: `order`, `redemption`, `activity:NAME` or `entitlement:REWARD`."""
