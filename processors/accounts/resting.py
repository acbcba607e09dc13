"""An account at rest: its bytes in memory and in the snapshots topic.

JSON, and readable there; deflated where a member is so busy that it matters (a fifth of the size,
at some four milliseconds a megabyte).
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from msgspec import Raw
from msgspec.structs import replace

from processors.accounts.account import DECODER, ENCODER, Account

if TYPE_CHECKING:
    from collections.abc import Mapping

LARGE = 32 * 1024
FASTEST = 1
MANY = 8
"""From so many orders on it pays to keep them encoded."""

Encoded = dict[str, tuple[object, Raw]]
"""Orders as they were last encoded. None ever changes, so the same object has the same bytes."""


def rest(account: Account, encoded: Encoded | None = None) -> bytes:
    """The account's bytes. `encoded` is what was kept of its orders, and is brought up to date."""
    if encoded is not None:
        account = replace(account, orders=_known(account.orders, encoded))
    value = ENCODER.encode(account)
    return value if len(value) < LARGE else zlib.compress(value, FASTEST)


def _known(items: Mapping[str, object], encoded: Encoded) -> dict[str, Raw]:
    found: dict[str, Raw] = {}
    for name, item in items.items():
        kept = encoded.get(name)
        if kept is None or kept[0] is not item:
            kept = encoded[name] = item, Raw(ENCODER.encode(item))
        found[name] = kept[1]
    return found


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
