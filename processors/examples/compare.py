"""Compare what came with what an example names. Nothing that is not named is compared."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, cast

import orjson

from schemas.values import parse_instant

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from processors.examples.document import Json

Difference = tuple[str, str, str]
"""What, what was expected, what came."""


def shown(value: object) -> str:
    """A value as it is printed."""
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def equal(expected: Json, came: Json) -> bool:
    """Equal as instants, as decimals, or as they stand."""
    if expected == came:
        return True
    if not isinstance(expected, str) or not isinstance(came, str):
        return False
    try:
        return Decimal(expected) == Decimal(came)
    except InvalidOperation:
        pass
    try:
        return parse_instant(expected) == parse_instant(came)
    except ValueError:
        return False


def fields(what: str, expected: Json, came: Mapping[str, Json]) -> list[Difference]:
    """The named fields of a map."""
    named = cast("dict[str, Json]", expected)
    return [
        (f"{what}.{key}", shown(value), shown(came.get(key)))
        for key, value in named.items()
        if not alike(value, came.get(key))
    ]


def alike(expected: Json, came: Json) -> bool:
    """Maps on the keys that are named, lists as a whole, all else as values."""
    if isinstance(expected, dict):
        if not isinstance(came, dict):
            return False
        return all(alike(value, came.get(key)) for key, value in expected.items())
    if isinstance(expected, list):
        if not isinstance(came, list) or len(expected) != len(came):
            return False
        return all(alike(one, other) for one, other in zip(expected, came, strict=True))
    return equal(expected, came)


def amounts(what: str, expected: Json, came: Mapping[str, Json] | None) -> list[Difference]:
    """One unit's balance. A unit that nothing has touched is zero."""
    named = cast("dict[str, Json]", expected)
    untouched: dict[str, Json] = dict.fromkeys(named, "0")
    untouched["expiring"] = []
    return fields(what, named, untouched if came is None else came)


def one_to_one(what: str, expected: Json, came: Sequence[Json]) -> list[Difference]:
    """A whole list, in order, on the keys that are named."""
    return [] if alike(expected, list(came)) else [(what, shown(expected), shown(list(came)))]


def multiset(what: str, expected: Json, came: Sequence[str]) -> list[Difference]:
    """A whole list, in any order."""
    wanted = sorted(cast("list[str]", expected))
    return [] if wanted == sorted(came) else [(what, shown(wanted), shown(sorted(came)))]


def eligible(what: str, expected: Json, came: Mapping[str, int]) -> list[Difference]:
    """The whole set of open rewards, or their counts."""
    if isinstance(expected, dict):
        wanted = {key: count for key, count in expected.items() if count}
        return [] if wanted == dict(came) else [(what, shown(wanted), shown(dict(came)))]
    return multiset(what, expected, list(came))


def contained(what: str, expected: Json, came: Sequence[Json]) -> list[Difference]:
    """Each named item is among those that came; others may have come too."""
    left = list(came)
    missing: list[Difference] = []
    for item in cast("list[Json]", expected):
        match = next((one for one in left if alike(item, one)), None)
        if match is None:
            missing.append((what, shown(item), shown(left)))
        else:
            left.remove(match)
    return missing
