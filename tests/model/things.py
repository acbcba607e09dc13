"""What a member of a simple program has: orders and their lines, lots, redemptions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

FOR_EVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass
class Line:
    """What is kept of a line."""

    sku: str
    category: str
    amount: int
    units: int


@dataclass
class Order:
    """What is kept of an order, and what each rule has given for it."""

    time: datetime
    lines: dict[str, Line]
    granted: dict[str, int] = field(default_factory=dict)
    lapsed: dict[str, int] = field(default_factory=dict)
    cancelled: bool = False

    @property
    def goods(self) -> int:
        """Minor units kept."""
        return sum(line.amount for line in self.lines.values())


@dataclass
class Lot:
    """Points given together."""

    order: str
    rule: str
    earned: datetime
    ends: datetime
    pending: int = 0
    available: int = 0
    release: datetime | None = None


@dataclass
class Redemption:
    """Points set aside or spent."""

    amount: int
    parts: list[tuple[Lot, int]]
    state: str
    closed: datetime = FOR_EVER


def spread(lines: dict[str, Line], custom: int) -> None:
    """A custom amount reduces the lines by what they have: largest remainder, earlier line."""
    whole = sum(line.amount for line in lines.values())
    if not custom:
        return
    cuts = {name: line.amount * custom // whole for name, line in lines.items()}
    rests = {name: line.amount * custom % whole for name, line in lines.items()}
    names = list(lines)
    for name in sorted(names, key=lambda n: (-rests[n], names.index(n))):
        if sum(cuts.values()) < custom:
            cuts[name] += 1
    for name, cut in cuts.items():
        lines[name].amount -= cut
