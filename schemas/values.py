"""Values on the wire and inside: instants, amounts, canonical JSON, hashes. Pure functions."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING

import orjson
from msgspec import Raw

if TYPE_CHECKING:
    from collections.abc import Iterable

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_UTC = EPOCH.replace(tzinfo=None)
SECOND = 1_000_000
MINUTE = 60 * SECOND
DAY_SECONDS = 86_400
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)?", re.ASCII)
"""Less than what Python reads of ISO 8601, which differs between its releases."""
YEARS = -62_135_596_800 * SECOND, 253_402_300_800 * SECOND
"""The instants that RFC 3339 can name in UTC: those of the years 1 to 9999, the end left out."""


def parse_instant(text: str) -> int:
    """Microseconds since 1970 UTC. Raises ValueError unless `text` is RFC 3339 with an offset."""
    if not RFC_3339.fullmatch(text):
        raise ValueError("must be an RFC 3339 instant such as 2026-03-01T12:00:00Z")
    instant = datetime.fromisoformat(text.upper())
    if instant.tzinfo is None:
        raise ValueError("must carry an offset such as Z or +01:00")
    since = instant - EPOCH
    found = (since.days * DAY_SECONDS + since.seconds) * SECOND + since.microseconds
    if not YEARS[0] <= found < YEARS[1]:
        raise ValueError("must lie within the years 1 to 9999 in UTC")
    return found


def format_instant(instant: int) -> str:
    """RFC 3339 in UTC, without needless fractions."""
    minute, rest = divmod(instant, MINUTE)
    second, fraction = divmod(rest, SECOND)
    if fraction:
        return f"{_minute(minute)}:{second:02d}.{fraction:06d}Z"
    return f"{_minute(minute)}:{second:02d}Z"


@lru_cache(maxsize=1 << 14)
def _minute(minute: int) -> str:
    """A minute since 1970 as RFC 3339 has it. Many instants share one."""
    return (EPOCH_UTC + timedelta(minutes=minute)).isoformat(timespec="minutes")


@lru_cache(maxsize=1 << 14)
def format_amount(amount: int, scale: int) -> str:
    """A decimal string with exactly `scale` places."""
    if not scale:
        return str(amount)
    sign = "-" if amount < 0 else ""
    digits = str(abs(amount)).rjust(scale + 1, "0")
    return f"{sign}{digits[:-scale]}.{digits[-scale:]}"


def parse_amount(text: str, scale: int) -> int | None:
    """Smallest steps of a unit; None when `text` is no decimal or has too many places."""
    sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text)
    whole, point, places = digits.partition(".")
    places = places.rstrip("0")
    if not whole.isdecimal() or not whole.isascii() or (point and not digits[-1].isdecimal()):
        return None
    if len(places) > scale or (places and not (places.isdecimal() and places.isascii())):
        return None
    return sign * int(whole + places.ljust(scale, "0"))


def digest(data: bytes) -> str:
    """Hash of some bytes, as 32 hexadecimal digits."""
    return blake2b(data, digest_size=16).hexdigest()


@lru_cache(maxsize=64)
def identity(source: str, name: str) -> str:
    """Hash of an event's identity, `(source, id)`. Asked for more than once of the same event."""
    return digest(f"{source}\0{name}".encode())


def canonical(data: bytes, without: Iterable[str] = ()) -> bytes:
    """A JSON object with its keys sorted, some of them left out."""
    value = orjson.loads(data)
    for name in without:
        value.pop(name, None)
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def canonical_of(value: object) -> Raw:
    """Canonical JSON of plain values."""
    return Raw(orjson.dumps(value, option=orjson.OPT_SORT_KEYS))
