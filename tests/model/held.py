"""What a member of the starter program holds: lots, orders, redemptions, reviews."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from tests.model.dates import local_date

FOR_EVER = datetime(9999, 1, 1, tzinfo=UTC)
RATES = {"bronze": 100, "silver": 125, "gold": 150}
JUNE = 6


@dataclass
class Lot:
    """Points given together."""

    name: str
    earned: datetime
    pending: int = 0
    available: int = 0
    reserved: int = 0
    release: datetime | None = None
    ends: datetime = FOR_EVER


@dataclass
class Order:
    """What is kept of an order, and what it has given."""

    time: datetime
    kept: dict[str, int]
    share: tuple[int, int]
    tier: str
    granted: int = 0
    cancelled: bool = False
    referral: str | None = None

    @property
    def goods(self) -> int:
        """Minor units of goods kept."""
        return sum(self.kept.values())

    @property
    def worth(self) -> int:
        """Points for what is kept: tier rate, and once the lowest rate more in June."""
        if self.cancelled:
            return 0
        rate = RATES[self.tier] + (100 if local_date(self.time).month == JUNE else 0)
        top, bottom = self.share
        return self.goods * top * rate // (bottom * 100 * 100)


@dataclass
class Redemption:
    """Points set aside for a reward."""

    amount: int
    parts: list[tuple[Lot, int]]
    state: str
    hold: datetime | None


@dataclass
class Review:
    """A review, and what it holds."""

    sku: str
    state: str
    day: str
    points: int
    approve: datetime | None
