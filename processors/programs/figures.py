"""Exact figures: decimal strings as ratios of whole numbers. No float, no Fraction on the way."""

from __future__ import annotations

from math import gcd

Ratio = tuple[int, int]


def ratio_of(text: str) -> Ratio:
    """A decimal such as `1.25` as a ratio in lowest terms. Raises ValueError."""
    digits = text.removeprefix("-")
    whole, point, places = digits.partition(".")
    if not (whole.isascii() and whole.isdecimal()) or (
        point and not (places.isascii() and places.isdecimal())
    ):
        raise ValueError('must be a decimal such as "1.25"')
    top = int(whole + places)
    bottom: int = 10 ** len(places)
    shared = gcd(top, bottom)
    return (-top if text.startswith("-") else top) // shared, bottom // shared


def steps_of(text: str, scale: int) -> int:
    """A figure in smallest steps of a unit. Raises ValueError if it has more places than that."""
    top, bottom = ratio_of(text)
    unit: int = 10**scale
    steps, rest = divmod(top * unit, bottom)
    if rest:
        raise ValueError(f"must not have more than {scale} decimal places")
    return steps


def rounded(top: int, bottom: int, how: str) -> int:
    """A ratio as a whole number: `floor`, `ceil` or `half_up`."""
    if how == "floor":
        return top // bottom
    if how == "ceil":
        return -(-top // bottom)
    return (2 * top + bottom) // (2 * bottom)


def scaled(text: str) -> int:
    """A figure as a whole number that orders like it."""
    top, bottom = ratio_of(text)
    return top * 10**12 // bottom
