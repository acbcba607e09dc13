"""JSON as the contract wants it: UTF-8, finite, 64-bit integers, no key twice, not too deep."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NoReturn

import orjson

from schemas.unreadable import DeadLetterReason, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_BYTES = 1_000_000
MOST_DEPTH = 32
SPACES_BEFORE_COLON = (b'" :', b'"\t:', b'"\n:', b'"\r:')


def parse(value: bytes) -> object:
    """The value of some JSON bytes. Raises Unreadable."""
    if len(value) > MOST_BYTES:
        _refuse(DeadLetterReason.TOO_LARGE, f"must not exceed {MOST_BYTES} bytes")
    try:
        found: object = orjson.loads(value)
    except orjson.JSONDecodeError as bad:
        _explain(value, bad)
    if not _is_flat(value) or orjson.dumps(found) != value:
        keys = _count_keys(found, 0)
        spaced = any(form in value for form in SPACES_BEFORE_COLON)
        if spaced or keys != value.count(b'":'):
            _look_for_repeats(value)
    return found


def _is_flat(value: bytes) -> bool:
    """True if there are too few brackets to nest too deep.

    Such a text that comes back as it was holds no key twice: that is the common case, and cheap
    to find out.
    """
    return value.count(b"{") + value.count(b"[") <= MOST_DEPTH


def _explain(value: bytes, bad: orjson.JSONDecodeError) -> NoReturn:
    try:
        value.decode()
    except UnicodeDecodeError:
        _refuse(DeadLetterReason.BAD_ENCODING, "must be UTF-8")
    if "depth" in bad.msg or "recursion" in bad.msg:
        _refuse(DeadLetterReason.TOO_DEEP, f"must not nest deeper than {MOST_DEPTH}")
    _refuse(DeadLetterReason.INVALID_JSON, f"not JSON at byte {bad.pos}")


def _count_keys(found: object, depth: int) -> int:
    """How many keys were kept; the text has more `":` than that if one was repeated."""
    if depth > MOST_DEPTH:
        _refuse(DeadLetterReason.TOO_DEEP, f"must not nest deeper than {MOST_DEPTH}")
    count = 0
    items: Iterable[object]
    if type(found) is dict:
        count, items = len(found), found.values()
    elif type(found) is list:
        items = found
    else:
        return 0
    for item in items:
        if type(item) is dict or type(item) is list:
            count += _count_keys(item, depth + 1)
    return count


def _look_for_repeats(value: bytes) -> None:
    """The slow and certain way, for the few texts that look as if a key stood twice."""
    json.loads(value, object_pairs_hook=_unrepeated)


def _unrepeated(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        _refuse(DeadLetterReason.DUPLICATE_KEY, "an object must not hold a key twice")
    return found


def _refuse(reason: DeadLetterReason, detail: str) -> NoReturn:
    raise Unreadable(reason, "json", "", detail)
