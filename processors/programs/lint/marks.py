"""Everything in a version that is marked by its type: names that refer, and numbers of points.

What a field holds is said by its type (`Refers`, `InUnit`), so a new field is checked as well.
"""

from __future__ import annotations

from functools import cache
from types import UnionType
from typing import TYPE_CHECKING, Annotated, NamedTuple, Union, get_args, get_origin, get_type_hints

from processors.programs.model import Cap, Ladder, Redemption
from processors.programs.model.words import InUnit, Model, Refers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processors.programs.lint.problems import Place
    from processors.programs.model import Version

MONEY = "money"
COUNT = "count"
OF_COUNTER = {"spend": MONEY, "orders": COUNT}
"""What a figure that is counted is of, if not of points."""


class Marked(NamedTuple):
    """A marked value, where it stands, and the unit that it is of."""

    mark: Refers | InUnit
    value: str
    place: Place
    unit: str


def marked(version: Version) -> Iterator[Marked]:
    """Every marked value of a version."""
    yield from _inside(version, (), next(iter(version.units), ""))


@cache
def _fields(model: type[Model]) -> dict[str, object]:
    hints = get_type_hints(model, include_extras=True)
    return {name: hint for name, hint in hints.items() if name in model.model_fields}


def _inside(model: Model, place: Place, unit: str) -> Iterator[Marked]:
    unit = _unit(model, unit)
    if isinstance(model, Cap) and model.per != "currency_unit":
        of = unit if model.counts == "points" else COUNT
        yield Marked(InUnit(), model.amount, (*place, "amount"), of)
    for field, annotation in _fields(type(model)).items():
        yield from _values(annotation, getattr(model, field), (*place, field), unit)


def _unit(model: Model, outer: str) -> str:
    """The unit that a model's numbers are of: its own, or that of what it stands in."""
    if isinstance(model, Redemption):
        return model.by_amount[0] if model.by_amount else outer
    if isinstance(model, Ladder):
        return OF_COUNTER.get(model.counted[0], model.unit or outer)
    own = getattr(model, "unit", None)
    return own if isinstance(own, str) else outer


def _values(annotation: object, value: object, place: Place, unit: str) -> Iterator[Marked]:
    """Every marked value in a value, found by its type."""
    if isinstance(value, Model):
        yield from _inside(value, place, unit)
        return
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        for mark in parts[1:]:
            if isinstance(mark, Refers | InUnit) and isinstance(value, str):
                yield Marked(mark, value, place, unit)
        yield from _values(parts[0], value, place, unit)
    elif origin in {Union, UnionType} and value is not None:
        for part in parts:
            if isinstance(value, dict) == (get_origin(part) is dict):
                yield from _values(part, value, place, unit)
    elif isinstance(value, tuple | dict) and parts:
        for key, kind, item in _items(value, parts):
            of = OF_COUNTER.get(str(key), unit) if place[-1] == "at" else unit
            yield from _values(kind, item, (*place, key), of)


def _items(
    value: tuple[object, ...] | dict[str, object], parts: tuple[object, ...]
) -> Iterator[tuple[str | int, object, object]]:
    """What a list, a pair or a map holds, keys among it, each with its type."""
    if isinstance(value, tuple):
        same = len(parts) == 1 or parts[1] is ...
        for index, item in enumerate(value):
            yield index, parts[0] if same else parts[index], item
    else:
        for key, item in value.items():
            yield key, parts[0], key
            yield key, parts[1], item
