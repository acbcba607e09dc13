"""Which partition an account lives on: murmur2 of its id, as Kafka's Java client counts it."""

from __future__ import annotations

import re
from functools import lru_cache
from struct import unpack_from

from schemas.accounts import ALIAS

SEED = 0x9747B28C
MIX = 0x5BD1E995
WORD = 0xFFFFFFFF
NUMBER = re.compile("[0-9]{1,9}")


def murmur2(data: bytes) -> int:
    """The positive 31-bit hash that Kafka's default partitioner uses."""
    size = len(data)
    whole = size // 4
    state = SEED ^ size
    for word in unpack_from(f"<{whole}I", data):
        mixed = word * MIX & WORD
        mixed = (mixed ^ mixed >> 24) * MIX & WORD
        state = (state * MIX & WORD) ^ mixed
    tail = data[whole * 4 :]
    if tail:
        state = (state ^ int.from_bytes(tail, "little")) * MIX & WORD
    state = (state ^ state >> 13) * MIX & WORD
    return (state ^ state >> 15) & 0x7FFFFFFF


@lru_cache(maxsize=1 << 16)
def _hash_of(account: str) -> int:
    return murmur2(account.encode())


def partition_of(account: str, count: int) -> int:
    """The partition of an account, or of any key that is text. An alias's account names its own."""
    if account.startswith(ALIAS):
        number = account[len(ALIAS) :].partition("/")[0]
        if NUMBER.fullmatch(number):
            return int(number) % count
    return _hash_of(account) % count
