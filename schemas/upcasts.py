"""Old records are upgraded at the door: one pure function for each retired version.

Nothing behind the door knows any but today's shape. A version that was ever written stays
readable: golden bytes of each stand in the tests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from schemas.ledger import DECODER, RECORD_VERSION, LedgerRecord

if TYPE_CHECKING:
    from collections.abc import Callable

Json = dict[str, object]


class _Versioned(msgspec.Struct):
    v: int


_VERSION = msgspec.json.Decoder(_Versioned)


def record_v0_to_v1(v0: Json) -> Json:
    """Version 1 keeps the figures of each rule that fired; before, only the names were kept."""
    why = v0.get("why")
    if not isinstance(why, dict) or not isinstance(why.get("fired"), list):
        return {**v0, "v": 1}
    fired = [{"figures": {}, "rule": rule} for rule in why["fired"]]
    return {**v0, "v": 1, "why": {**why, "fired": fired}}


RECORD_UPCASTS: dict[int, Callable[[Json], Json]] = {0: record_v0_to_v1}
"""From each retired version of the ledger record to the next one."""


class UnknownVersion(ValueError):  # noqa: N818 - it names what the bytes are
    """The record was written by a newer release, or by none of ours."""


def read_record(data: bytes) -> LedgerRecord:
    """A ledger record of any version, in today's shape. Raises UnknownVersion.

    The record's hash is that of the bytes as they were written, not of what this returns.
    """
    version = _VERSION.decode(data).v
    if version == RECORD_VERSION:
        return DECODER.decode(data)
    if version > RECORD_VERSION or version not in RECORD_UPCASTS:
        raise UnknownVersion(f"record version {version}; this release reads 0 to {RECORD_VERSION}")
    raw: Json = msgspec.json.decode(data)
    while version < RECORD_VERSION:
        raw = RECORD_UPCASTS[version](raw)
        version += 1
    return DECODER.decode(msgspec.json.encode(raw))
