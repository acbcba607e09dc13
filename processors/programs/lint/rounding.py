"""Rounding that splitting a basket, or a return, can be turned against; with an amount."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.programs.figures import ratio_of, rounded, steps_of
from processors.programs.lint.problems import Place, Problem, versions_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processors.programs.model import Earning, ProgramFile, Version

MINOR = 2


def check(file: ProgramFile) -> Iterator[Problem]:
    """Each rule that rounds in the member's favour, and refunds that round in it."""
    for place, version in versions_of(file):
        for name, rule in version.earning.items():
            if rule.measure == "amount" and not rule.rate.whole_steps:
                yield from _split(rule, version.units[rule.unit].scale, (*place, "earning", name))
        if version.refund.mode == "per_refund_floor":
            yield from _returns(version, place)


def _points(rule: Earning, minor: int, scale: int) -> int:
    top, bottom = ratio_of(rule.rate.points)
    per = steps_of(rule.rate.per, MINOR)
    return rounded(minor * top * 10**scale, per * bottom, rule.rounding)


def _split(rule: Earning, scale: int, place: Place) -> Iterator[Problem]:
    """The smallest amount that, bought twice, earns more than bought once."""
    if rule.rounding == "floor":
        if rule.rounding_scope == "line":
            yield from _cut(rule, scale, place)
        return
    per = steps_of(rule.rate.per, MINOR)
    for minor in range(1, per + 1):
        apart, together = 2 * _points(rule, minor, scale), _points(rule, 2 * minor, scale)
        if apart > together:
            what = "lines" if rule.rounding_scope == "line" else "orders"
            text = (
                f"two {what} of {money(minor)} earn {apart}, one of {money(2 * minor)} earns"
                f" {together}; round with `floor`, or for the whole order"
            )
            key = "rounding_scope" if rule.rounding_scope == "line" else "rounding"
            yield Problem("rounding-leaks", (*place, key), text)
            return


def _cut(rule: Earning, scale: int, place: Place) -> Iterator[Problem]:
    """The smallest amount that, on two lines, earns less than on one."""
    per = steps_of(rule.rate.per, MINOR)
    for minor in range(1, per + 1):
        apart, together = 2 * _points(rule, minor, scale), _points(rule, 2 * minor, scale)
        if apart < together:
            text = (
                f"two lines of {money(minor)} earn {apart}, one of {money(2 * minor)} earns"
                f" {together}; round for the whole order (`order`)"
            )
            yield Problem("rounding-leaks", (*place, "rounding_scope"), text)
            return


def _returns(version: Version, place: Place) -> Iterator[Problem]:
    rule = next((r for r in version.earning.values() if r.measure == "amount"), None)
    if rule is None:
        return
    scale = version.units[rule.unit].scale
    step = steps_of(rule.rate.per, MINOR)
    top, bottom = ratio_of(rule.rate.points)
    whole = -(-2 * step * bottom // (top * 10**scale)) if top else 2 * step
    part = whole // 2 - 1
    if part < 1 or _points(rule, part, scale):
        part = min(step - 1, whole - 1)
    text = (
        f"of an order of {money(whole)} that earned {_floor(rule, whole, scale)}, a return of"
        f" {money(part)} takes {_floor(rule, part, scale)}, and what is kept is worth"
        f" {_floor(rule, whole - part, scale)}; `recompute_net` takes the difference"
    )
    if _floor(rule, whole, scale) - _floor(rule, part, scale) > _floor(rule, whole - part, scale):
        yield Problem("rounding-leaks", (*place, "refund", "mode"), text)


def _floor(rule: Earning, minor: int, scale: int) -> int:
    top, bottom = ratio_of(rule.rate.points)
    per = steps_of(rule.rate.per, MINOR)
    unit: int = 10**scale
    if rule.rate.whole_steps:
        return minor // per * top * unit // bottom
    return minor * top * unit // (per * bottom)


def money(minor: int) -> str:
    """Minor units as an amount."""
    return f"{minor // 100}.{minor % 100:02d}"
