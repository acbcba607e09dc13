"""What the simple programs say, each in a few lines: what an order is worth, and the policies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.model.things import FOR_EVER, Order

GREENWICH = ZoneInfo("UTC")
NEW_YORK = ZoneInfo("America/New_York")
LONDON = ZoneInfo("Europe/London")
LOS_ANGELES = ZoneInfo("America/Los_Angeles")
Worth = Callable[[Order], dict[str, int]]


@dataclass(frozen=True)
class Rules:
    """A program with one unit. Money is in minor units; one point per 1.00 unless said."""

    unit: str
    currency: str
    worth: Worth
    zone: ZoneInfo = GREENWICH
    mode: Callable[[datetime], str] = lambda _at: "recompute_net"
    negative: Callable[[datetime], str] = lambda _at: "carry"
    custom: str = "spread"
    ends: Callable[[datetime], datetime] = lambda _at: FOR_EVER
    release: Callable[[datetime], datetime | None] = lambda _at: None
    immediate: bool = True
    reward: str | None = None
    price: int = 0
    redeems: bool = True
    first: int = 2025
    years: int = 1


def per_dollar(order: Order) -> dict[str, int]:
    """A point per 1.00, the fraction cut once."""
    return {"base": order.goods // 100}


def begun_dollars(order: Order) -> dict[str, int]:
    """A point per 1.00 begun."""
    return {"base": -(-order.goods // 100)}


def at_most_a_thousand(order: Order) -> dict[str, int]:
    """A point per 1.00, up to 1,000 an order."""
    return {"base": min(1_000, order.goods // 100)}


def drinks(order: Order) -> dict[str, int]:
    """A stamp per drink."""
    return {"drink": sum(li.units for li in order.lines.values() if li.category == "drink")}


def visit(order: Order) -> dict[str, int]:
    """One point for 5.00 and more."""
    return {"visit": int(order.goods >= 500)}


def lattes_and_pastries(order: Order) -> dict[str, int]:
    """Two points a latte, one a pastry."""
    lines = order.lines.values()
    return {
        "latte": 2 * sum(line.units for line in lines if line.sku == "latte"),
        "pastry": sum(line.units for line in lines if line.category == "pastry"),
    }


def twelve_months_in_new_york(at: datetime) -> datetime:
    """The start of the same day a year later; 29 February becomes 28."""
    day = at.astimezone(NEW_YORK).date()
    leap = (day.month, day.day) == (2, 29)
    later = date(day.year + 1, day.month, 28 if leap else day.day)
    return datetime(later.year, later.month, later.day, tzinfo=NEW_YORK).astimezone(UTC)


def two_weeks_from_2026(at: datetime) -> datetime | None:
    """Orders of 2026 wait until the start of the fourteenth day after theirs."""
    if at.year < 2026:
        return None
    return datetime(at.year, at.month, at.day, tzinfo=UTC) + timedelta(days=14)


MODES = {2022: "per_refund_floor", 2023: "whole_order", 2024: "none"}
NEGATIVES = {2025: "floor_zero", 2026: "only_pending"}

RULES = {
    "refund-modes": Rules(
        "points",
        "USD",
        per_dollar,
        mode=lambda at: MODES.get(at.year, "recompute_net"),
        negative=lambda at: NEGATIVES.get(at.year, "carry"),
        release=two_weeks_from_2026,
        first=2021,
        years=6,
    ),
    "stamp-card": Rules("stamps", "GBP", drinks, LONDON, reward="free_drink", price=9),
    "tutta-bella": Rules("points", "USD", at_most_a_thousand, LOS_ANGELES, redeems=False),
    "square-visits": Rules(
        "points",
        "USD",
        visit,
        LOS_ANGELES,
        negative=lambda _at: "floor_zero",
        immediate=False,
        reward="free_item",
        price=10,
    ),
    "square-items": Rules(
        "points",
        "USD",
        lattes_and_pastries,
        LOS_ANGELES,
        negative=lambda _at: "floor_zero",
        custom="ignore",
        redeems=False,
    ),
    "overnight-prints": Rules("points", "USD", begun_dollars, NEW_YORK, redeems=False),
    "notices": Rules(
        "points", "USD", per_dollar, NEW_YORK, ends=twelve_months_in_new_york, years=3
    ),
    "siebel-airline": Rules("miles", "USD", lambda _order: {}, immediate=False, years=3),
}


def silver(flights: list[tuple[datetime, int]], now: datetime) -> bool:
    """60,000 miles flown within a calendar year, until the end of the year after."""
    flown: dict[int, int] = {}
    for at, miles in flights:
        flown[at.year] = flown.get(at.year, 0) + miles
    return any(miles >= 60_000 and now.year <= year + 1 for year, miles in flown.items())
