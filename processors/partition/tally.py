"""What a batch adds to the figures that a worker tells of itself: counted as records are sealed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from schemas.ledger import Coordinates, LedgerRecord

CLOCK = "clock"
"""The source of what no record brought about."""
UNKNOWN = "unknown"
"""The type of what could not be read."""


class Rejected(NamedTuple):
    """An input that could not be read, or that contradicts one that was taken before."""

    at: Coordinates
    outcome: str
    reason: str
    event_id: str
    event_type: str


class Tally:
    """Changes in place. Knows no member: figures are told to whoever asks."""

    __slots__ = ("events", "points", "rejected", "settled")

    def __init__(self) -> None:
        self.events: dict[tuple[str, str, str], int] = {}
        """Records by the topic of their input, the type of their event, and their outcome."""
        self.points: dict[tuple[str, str], int] = {}
        """Smallest steps moved, by unit and kind of entry."""
        self.rejected: list[Rejected] = []
        self.settled = 0
        """Parked inputs that found what they waited for, or waited in vain."""

    def count(self, record: LedgerRecord) -> None:
        """Take a record into account."""
        source, cause, outcome = record.source, record.cause, record.outcome
        topic = CLOCK if source is None else source.topic
        event = (topic, UNKNOWN if cause is None else cause.type, outcome)
        self.events[event] = self.events.get(event, 0) + 1
        for entry in record.entries:
            moved = (entry.unit, entry.kind)
            self.points[moved] = self.points.get(moved, 0) + abs(entry.amount)
        self.settled += len(record.settles)
        if source is not None and outcome in {"dead_lettered", "conflicting"}:
            reason = outcome if record.unreadable is None else record.unreadable["reason"]
            name = "" if cause is None else cause.id
            self.rejected.append(Rejected(source, outcome, reason, name, event[1]))

    @property
    def outcomes(self) -> dict[str, int]:
        """How many records had which outcome."""
        found: dict[str, int] = {}
        for (_, _, outcome), count in self.events.items():
            found[outcome] = found.get(outcome, 0) + count
        return found
