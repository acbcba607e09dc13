"""Names: every unit, tier, reward and rule that is named must be there.

Which fields name something is said by their types (`Refers`), so a new field is checked as well.
"""

from __future__ import annotations

from functools import cache
from types import UnionType
from typing import TYPE_CHECKING, Annotated, NamedTuple, Union, get_args, get_origin, get_type_hints

from processors.programs.lint.catalogue import PAGES
from processors.programs.lint.problems import Place, Problem, listed, versions_of
from processors.programs.model.words import Model, Refers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processors.programs.model import ProgramFile, Version


class Named(NamedTuple):
    """A name that is used, where, and for what."""

    kind: str
    name: str
    place: Place


def check(file: ProgramFile) -> Iterator[Problem]:
    """Names that nothing defines."""
    for name in file.accepts:
        if name not in PAGES or PAGES[name].error:
            known = [key for key, page in PAGES.items() if not page.error]
            text = f"is no finding that can be accepted; those are {listed(known)}"
            yield Problem("name-unknown", ("accepts", name), text)
    for place, version in versions_of(file):
        known_names = _known(version)
        for used in (*_inside(version, ()), *_renewals(version)):
            known = known_names[used.kind]
            if used.name not in known:
                text = f"names no {used.kind}; known are {listed(known)}"
                yield Problem("name-unknown", (*place, *used.place), text)


def _known(version: Version) -> dict[str, list[str]]:
    return {
        "unit": list(version.units),
        "tier": [tier for ladder in version.ladders.values() for tier in ladder.tiers],
        "ladder": list(version.ladders),
        "reward": list(version.rewards),
        "earning rule": list(version.earning),
        "rule": [*version.earning, *version.promotions, *version.activities, *version.streaks],
    }


@cache
def _fields(model: type[Model]) -> dict[str, object]:
    return dict(get_type_hints(model, include_extras=True))


def _inside(model: Model, place: Place) -> Iterator[Named]:
    for field, annotation in _fields(type(model)).items():
        if field in type(model).model_fields:
            yield from _names(annotation, getattr(model, field), (*place, field))


def _names(annotation: object, value: object, place: Place) -> Iterator[Named]:
    """Every name in a value, found by its type."""
    if isinstance(value, Model):
        yield from _inside(value, place)
        return
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        for mark in parts[1:]:
            if isinstance(mark, Refers) and isinstance(value, str):
                yield Named(mark.kind, value, place)
        yield from _names(parts[0], value, place)
    elif origin in {Union, UnionType} and value is not None:
        for part in parts:
            yield from _names(part, value, place)
    elif isinstance(value, tuple | dict) and parts:
        for key, kind, item in _items(value, parts):
            yield from _names(kind, item, (*place, key))


def _items(
    value: tuple[object, ...] | dict[str, object], parts: tuple[object, ...]
) -> Iterator[tuple[str | int, object, object]]:
    """What a list or a map holds, keys among it, each with its type."""
    if isinstance(value, tuple):
        for index, item in enumerate(value):
            yield index, parts[0], item
    else:
        for key, item in value.items():
            yield key, parts[0], key
            yield key, parts[1], item


def _renewals(version: Version) -> Iterator[Named]:
    """`entitlement:REWARD` among the activities that renew points."""
    for index, activity in enumerate(version.expiry.renewed_by):
        kind, _, name = activity.partition(":")
        if kind == "entitlement":
            yield Named("reward", name, ("expiry", "renewed_by", index))
