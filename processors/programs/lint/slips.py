"""Slips of the pen: a name twice in one list, a currency or a country that there is none of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.programs.lint.problems import Place, Problem, instead, versions_of
from processors.programs.model import Model
from processors.programs.model.currencies import CURRENCIES
from schemas.aliases import CALLING_CODES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processors.programs.model import ProgramFile


def check(file: ProgramFile) -> Iterator[Problem]:
    """Everywhere in the file."""
    if file.phone_region is not None and file.phone_region not in CALLING_CODES:
        text = f"is no country whose calling code is known; {_meant(file.phone_region)}"
        yield Problem("name-unknown", ("phone_region",), text)
    for place, version in versions_of(file):
        for index, currency in enumerate(version.currencies or ()):
            if currency not in CURRENCIES:
                text = f"is no currency of ISO 4217; {_currency(currency)}"
                yield Problem("name-unknown", (*place, "currencies", index), text)
        yield from _inside(version, place)


def _currency(code: str) -> str:
    """The same letters in another order, or what is near."""
    turned = [one for one in sorted(CURRENCIES) if sorted(one) == sorted(code)]
    return instead(code, turned or sorted(CURRENCIES), otherwise="take one of its codes")


def _meant(region: str) -> str:
    """What is written for a country that is called otherwise in the list."""
    return "did you mean GB?" if region == "UK" else instead(region, sorted(CALLING_CODES))


def _inside(model: Model, place: Place) -> Iterator[Problem]:
    for field in type(model).model_fields:
        yield from _values(getattr(model, field), (*place, field))


def _values(value: object, place: Place) -> Iterator[Problem]:
    """Lists of names, wherever they stand."""
    if isinstance(value, Model):
        yield from _inside(value, place)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _values(item, (*place, key))
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            if isinstance(item, str) and item in value[:index] and place[-1] != "hours":
                text = f"stands twice in this list; leave {item} out, or name what is missing"
                yield Problem("name-twice", (*place, index), text)
            yield from _values(item, (*place, index))
