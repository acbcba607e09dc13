"""The chain of a ledger partition, and the rule by which every reader of it accepts a record.

A record belongs to the ledger if its sequence is the last one plus one and it names the hash of
the last record's bytes. Whatever else lies in the partition is ignored, whoever wrote it.
"""

from __future__ import annotations

from hashlib import blake2b

import msgspec

FIRST_SEQUENCE = 1
GENESIS = "0" * 32
"""What the first record names as the one before it."""


def hash_of(value: bytes) -> str:
    """Hash of a record's bytes, as the next record names it."""
    return blake2b(value, digest_size=16).hexdigest()


class Link(msgspec.Struct):
    """What the rule asks of a record; all else is skipped unread."""

    prev: str
    seq: int


LINKS = msgspec.json.Decoder(Link)


class Chain:
    """Where a reader stands in one partition: the next sequence and the last hash."""

    __slots__ = ("ignored", "next_seq", "prev")

    def __init__(self, next_seq: int = FIRST_SEQUENCE, prev: str = GENESIS) -> None:
        self.next_seq = next_seq
        self.prev = prev
        self.ignored = 0

    def accept(self, seq: int, prev: str, value: bytes) -> bool:
        """Take the record if it is the next one; otherwise count it as ignored."""
        if seq != self.next_seq or prev != self.prev:
            self.ignored += 1
            return False
        self.next_seq += 1
        self.prev = hash_of(value)
        return True

    def take(self, value: bytes | None) -> bool:
        """Take a record by its bytes. What has no link at all is ignored as well."""
        try:
            link = LINKS.decode(value or b"")
        except (msgspec.DecodeError, UnicodeDecodeError):
            self.ignored += 1
            return False
        return self.accept(link.seq, link.prev, value or b"")
