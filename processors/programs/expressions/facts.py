"""What expressions can ask: facts by their names, with their kinds.

A kind is a number with its places (`0` a count, `2` money), or `text`, `texts` (a set), `date`,
`clock` or `any` (an attribute, of whatever kind it comes).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from processors.programs.model.words import MINOR

if TYPE_CHECKING:
    from collections.abc import Callable

    from processors.accounts.items import Order, OrderLine
    from processors.programs import model

Kind = int | str
COUNT = 0
TEXT, TEXTS, ANY, DATE, CLOCK = "text", "texts", "any", "date", "clock"
Value = int | str | bool | frozenset[str] | tuple[str, ...] | None


class Known(NamedTuple):
    """A fact: its kind, and how it is read; None: it is frozen when the order comes."""

    kind: Kind
    read: Callable[[Order, OrderLine | None], Value] | None


def _of_line(name: str) -> Callable[[Order, OrderLine | None], Value]:
    return lambda _order, line: getattr(line, name, None)


EVENT: dict[str, Known] = {
    "event.spend": Known(
        MINOR, lambda order, _l: sum(i.kept_minor for i in order.lines if i.kind == "goods")
    ),
    "event.quantity": Known(
        COUNT, lambda order, _l: sum(i.kept_quantity for i in order.lines if i.kind == "goods")
    ),
    "event.lines": Known(COUNT, lambda order, _l: sum(1 for i in order.lines if i.kept_minor)),
    "event.currency": Known(TEXT, lambda order, _l: order.currency),
    "event.channel": Known(TEXT, lambda order, _l: order.channel),
    "event.location": Known(TEXT, lambda order, _l: order.location_id),
    "event.market": Known(TEXT, lambda order, _l: order.market),
    "event.tenders": Known(TEXTS, lambda order, _l: tuple(order.tenders) or ("other",)),
}
"""Of an order, as it is kept."""
LINE: dict[str, Known] = {
    "line.kind": Known(TEXT, _of_line("kind")),
    "line.sku": Known(TEXT, _of_line("sku")),
    "line.category": Known(TEXT, _of_line("category")),
    "line.brand": Known(TEXT, _of_line("brand")),
    "line.product_class": Known(TEXT, _of_line("product_class")),
    "line.tags": Known(TEXTS, _of_line("tags")),
    "line.amount": Known(MINOR, _of_line("kept_minor")),
    "line.quantity": Known(COUNT, _of_line("kept_quantity")),
}
"""Of one line: in the `basis` of a rule only."""
MEMBER: dict[str, Known] = {
    "member.plans": Known(TEXTS, lambda order, _l: order.frozen.plans),
    "member.market": Known(TEXT, None),
    "member.days": Known(COUNT, None),
    "time.date": Known(DATE, None),
    "time.year": Known(COUNT, None),
    "time.month": Known(COUNT, None),
    "time.day": Known(COUNT, None),
    "time.weekday": Known(TEXT, None),
    "time.clock": Known(CLOCK, None),
}
"""Of the member and the calendar, as they were before the event. `member.days` since enrolment."""


def attribute(name: str) -> Known | None:
    """An attribute of the event or of the member, by its whole name."""
    of, _, key = name.partition(".attributes.")
    if of == "event" and key:
        return Known(ANY, lambda order, _l: order.attributes.get(key))
    if of == "member" and key:
        return Known(ANY, lambda order, _l: order.frozen.attributes.get(key))
    return None


def known_facts(version: model.Version | None, where: str) -> dict[str, Known]:
    """What can be asked at a place: of an `order`, of a `line`, or of an `activity`."""
    if where == "line" or version is None:
        return LINE
    found = MEMBER | EVENT if where == "order" else dict(MEMBER)
    for name, ladder in version.ladders.items():
        found[f"tier.{name}"] = Known(TEXT, _tier(name))
        for fact, what in counters_of(name, ladder).items():
            found[fact] = Known(places_of(what, ladder, version), None)
    for name, unit in version.units.items():
        found[f"balance.{name}"] = Known(unit.scale, None)
    return found


def _tier(ladder: str) -> Callable[[Order, OrderLine | None], Value]:
    return lambda order, _l: order.frozen.tiers.get(ladder)


def counters_of(name: str, ladder: model.Ladder) -> dict[str, str]:
    """The facts that a ladder's figures are, and what each counts; several have a name each."""
    if len(ladder.counted) == 1:
        return {f"counters.{name}": ladder.counted[0]}
    return {f"counters.{name}.{what.removeprefix('activity:')}": what for what in ladder.counted}


def places_of(counts: str, ladder: model.Ladder, version: model.Version) -> int:
    """The decimal places of what a ladder counts."""
    if counts == "spend":
        return MINOR
    if counts == "orders":
        return COUNT
    first = next(iter(version.units), "")
    unit = version.units.get(ladder.unit or first)
    return 0 if unit is None else unit.scale
