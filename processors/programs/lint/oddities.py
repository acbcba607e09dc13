"""Names that nothing defines because events bring them, and that look like a slip of the pen.

Plans, attributes, activities and choice groups need no definition; two that nearly agree, in one
file, are usually meant to be one.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING, NamedTuple

from processors.programs.lint.problems import Place, Problem, versions_of
from processors.programs.model.words import Model

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from processors.programs.model import ProgramFile
    from processors.programs.source import Added

ALIKE = 0.85
FREE = {
    "plan": "plan",
    "without_plan": "plan",
    "ends_with_plan": "plan",
    "by_plan": "plan",
    "cap_by_plan": "plan",
    "member": "attribute",
    "member_not": "attribute",
    "attribute": "attribute",
    "per_attribute": "attribute",
    "role_attribute": "attribute",
    "order": "order attribute",
    "activity": "activity",
    "renewed_by": "activity",
    "counts": "activity",
    "choice_group": "choice group",
    "channels": "channel",
    "categories": "category",
    "except_categories": "category",
    "product_classes": "product class",
    "givers": "role",
    "receivers": "role",
    "default_role": "role",
}
"""Fields whose names (or keys) are free, and what they name."""


class Used(NamedTuple):
    """A free name, and where it is used."""

    kind: str
    name: str
    place: Place


def check(file: ProgramFile) -> Iterator[Problem]:
    """Free names that nearly agree with one that is used more often, or before."""
    found = [used for place, version in versions_of(file) for used in _inside(version, place)]
    first: dict[tuple[str, str], Used] = {}
    times: dict[tuple[str, str], int] = {}
    for used in found:
        key = used.kind, used.name
        first.setdefault(key, used)
        times[key] = times.get(key, 0) + 1
    for key, used in first.items():
        for other in first:
            commoner = (-times[other], list(first).index(other)) < (
                -times[key],
                list(first).index(key),
            )
            if other[0] == key[0] and commoner and alike(key[1], other[1]):
                text = f"looks like the {used.kind} {other[1]}, which is named elsewhere"
                yield Problem("name-odd", used.place, f"{text}; are they one?")
                break


def look_alikes(added: Iterable[Added]) -> Iterator[Problem]:
    """Keys that an extension adds beside one that they nearly agree with."""
    for place, beside in added:
        near = next((name for name in beside if alike(str(place[-1]), name)), None)
        if near is not None:
            text = f"is added beside {near}, which is extended; are they meant to be one?"
            yield Problem("name-odd", place, text)


def alike(one: str, other: str) -> bool:
    """True for names that differ in little more than a slip; numbers make them differ."""
    if one == other or _letters(one) == _letters(other) != "":
        return one != other and one.lower() == other.lower()
    return SequenceMatcher(None, one.lower(), other.lower()).ratio() >= ALIKE


def _letters(name: str) -> str:
    return "".join(letter for letter in name if not letter.isdecimal())


def _inside(model: Model, place: Place) -> Iterator[Used]:
    for field in type(model).model_fields:
        yield from _values(FREE.get(field), getattr(model, field), (*place, field))


def _values(kind: str | None, value: object, place: Place) -> Iterator[Used]:
    """Free names in a value: the keys of a map, the items of a list, or itself."""
    if isinstance(value, Model):
        yield from _inside(value, place)
    elif isinstance(value, dict):
        for key, item in value.items():
            if isinstance(item, Model):
                yield from _inside(item, (*place, key))
            elif kind is not None:
                yield Used(kind, key, (*place, key))
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _values(kind, item, (*place, index))
    elif kind is not None and isinstance(value, str):
        yield from _named(kind, value, place)


def _named(kind: str, value: str, place: Place) -> Iterator[Used]:
    """The name itself; of `activity:NAME`, the name."""
    before, _, name = value.partition(":")
    if kind != "activity" or place[-1] == kind:
        yield Used(kind, value, place)
    elif before == kind:
        yield Used(kind, name, place)
