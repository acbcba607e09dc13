"""Where an account's history lies: two checkpoints, and the ledger offsets of its records.

A late event needs the state of an instant before it and the records since. Checkpoints are taken
a horizon apart, so the older one is at least a horizon old. A transfer may be older than both: the
offsets of what lies before them stay listed as well, up to a bound, so that it is read by them.

A checkpoint stands for an instant of business time, its cut: it holds whatever is older, also what
came later than it was taken (`Writer.revise`). So its history is what was recorded since, without
what is older than the cut.
"""

from __future__ import annotations

import msgspec
from msgspec import Struct

DAY = 86_400_000_000
SLACK = DAY
"""Arrivals are not strictly in order; a checkpoint is that much older than it need be."""
EMPTY = b""
"""The checkpoint of an account before its first record."""


class Trail(Struct, array_like=True, gc=False):
    """Offsets as differences, so that ten thousand of them take some twenty kilobytes."""

    turn_at: int = 0
    """The arrival from which the checkpoints move on."""
    older: int = 0
    """Which of the two slots holds the older checkpoint."""
    base: int = 0
    """The offset from which the first difference counts."""
    last: int = 0
    count: int = 0
    """Records that are listed."""
    young_at: int = 0
    """Where in `deltas` the history since the younger checkpoint begins."""
    young_base: int = 0
    young_count: int = 0
    """Records that lie before the younger checkpoint."""
    older_cut: int = 0
    young_cut: int = 0
    deltas: bytes = b""
    older_at: int = 0
    older_base: int = 0
    older_count: int = 0
    """As for the younger checkpoint: listed records that lie before the older one."""
    cut_off: bool = False
    """True when records that lie before the older checkpoint are not listed any more."""
    ahead: int = 0
    """The time of a record that lies beyond the account's own time: one that was refused, or waits.
    While there is one, an instant cannot tell what a checkpoint holds."""

    @classmethod
    def starting(cls, turn_at: int, offset: int) -> Trail:
        """The trail of an account whose first record lies at `offset`."""
        return cls(turn_at, base=offset, last=offset, young_base=offset, older_base=offset)

    def add(self, offset: int) -> None:
        """One more record of the account."""
        self.deltas += _varint(offset - self.last)
        self.last = offset
        self.count += 1

    @property
    def whole(self) -> bool:
        """True when every record of the account is listed."""
        return not self.cut_off and (self.older_count > 0 or not self.older_cut)

    def turn(self, cut: int, most: int = 0) -> int:
        """Move on: the younger checkpoint becomes the older one. Answers the slot to refill.

        Where more than `most` records are listed, those before the older one are dropped.
        """
        # Trails that were written before anything older stayed listed say no more than that.
        self.cut_off = not self.whole
        self.older_cut, self.young_cut = self.young_cut, cut
        refill, self.older = self.older, 1 - self.older
        self.older_at, self.older_base = self.young_at, self.young_base
        self.older_count = self.young_count
        if self.cut_off or self.count > most:
            self._cut_off()
        self.young_at = len(self.deltas)
        self.young_base = self.last
        self.young_count = self.count
        return refill

    def _cut_off(self) -> None:
        self.cut_off = self.cut_off or self.older_count > 0
        self.deltas = self.deltas[self.older_at :]
        self.base = self.older_base
        self.count -= self.older_count
        self.older_at = self.older_count = 0

    def level(self, time: int) -> None:
        """What came late for `time` is in neither checkpoint that is younger: forget its place."""
        if time < self.older_cut and self.whole:
            self.older_at = self.older_count = self.older_cut = 0
            self.older_base = self.base
        self.young_at, self.young_base = self.older_at, self.older_base or self.base
        self.young_count, self.young_cut = self.older_count, self.older_cut

    def offsets(self) -> tuple[int, ...]:
        """Ledger offsets of the records that are listed."""
        found = []
        offset = self.base
        value = shift = 0
        for byte in self.deltas:
            value |= (byte & 127) << shift
            if byte & 128:
                shift += 7
                continue
            offset += value
            found.append(offset)
            value = shift = 0
        return tuple(found)


ENCODER = msgspec.json.Encoder()
DECODER = msgspec.json.Decoder(Trail)


def _varint(value: int) -> bytes:
    if value < 128:  # noqa: PLR2004  # the size of a varint's digit
        return value.to_bytes(1, "big")
    digits = bytearray()
    while value > 127:  # noqa: PLR2004
        digits.append(value & 127 | 128)
        value >>= 7
    digits.append(value)
    return bytes(digits)
