"""An account at rest: its bytes in memory and in the snapshots topic.

JSON, and readable there; deflated where a member is so busy that it matters (a fifth of the size,
at some four milliseconds a megabyte).
"""

from __future__ import annotations

import zlib

from processors.accounts.account import DECODER, ENCODER, Account

LARGE = 32 * 1024
FASTEST = 1


def rest(account: Account) -> bytes:
    """The account's bytes."""
    return packed(ENCODER.encode(account))


def packed(value: bytes) -> bytes:
    """The JSON of an account as it rests for long."""
    return value if len(value) < LARGE else zlib.compress(value, FASTEST)


def plain(value: bytes) -> bytes:
    """The JSON of an account at rest. Raises ValueError for bytes that are none."""
    if value[:1] == b"{":
        return value
    try:
        return zlib.decompress(value)
    except zlib.error as bad:
        raise ValueError(f"not an account at rest: {bad}") from bad


def wake(value: bytes) -> Account:
    """The account that rested as these bytes."""
    return DECODER.decode(plain(value))
