"""What is wrong with the form of a program file, in words: places, and what would be right."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple

from pydantic import BaseModel

from processors.programs.model import ProgramFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

Where = tuple[str | int, ...]
WRONG_KIND = {
    "bool_type": "must be true or false",
    "int_type": "must be a whole number, without quotes",
    "int_from_float": "must be a whole number",
    "string_type": "must be a name or a text",
    "dict_type": "must be a map of keys and values",
    "model_type": "must be a map of keys and values",
    "model_attributes_type": "must be a map of keys and values",
    "tuple_type": "must be a list, such as [one, two]",
    "date_type": "must be a date such as 2026-03-01",
}
WORDS = {
    "missing": "is missing",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "less_than": "must be less than {lt}",
    "too_short": "must have {min_length} of them, and has {actual_length}",
    "too_long": "must have {max_length} of them, and has {actual_length}",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
}
PATTERNS = {
    "spend": "must be spend, points, orders or activity:NAME",
    "order": "must be order, redemption, activity:NAME or entitlement:REWARD",
    "[A-Z]": "must be a currency such as EUR, or what the ladder counts: spend, orders, …",
    "^[A-Z]": "must be a currency code of three capital letters, such as EUR",
    "": "must be made of letters, digits, dots, dashes and underscores, without spaces",
}
"""By what the pattern begins with."""


class Invalid(NamedTuple):
    """One mistake of form."""

    place: Where
    text: str


def invalid(bad: ValidationError, values: object) -> list[Invalid]:
    """Every mistake, once, in the words of the language."""
    found: dict[Where, list[tuple[str, str]]] = {}
    for error in bad.errors(include_url=False):
        place = _place(error["loc"], values)
        if error["type"] in {"missing", "extra_forbidden"}:
            place = (*place, error["loc"][-1]) if place == error["loc"][:-1] else place
        found.setdefault(place, []).append((error["type"], _said(error, place)))
    return [
        Invalid(place, text)
        for place, said in found.items()
        if not _meant_deeper(place, said, found)
        for text in _telling(said)
    ]


def _meant_deeper(
    place: Where, said: Sequence[tuple[str, str]], found: Mapping[Where, object]
) -> bool:
    """True where a map or list was meant, and the mistake is in it: the other form was not."""
    deeper = any(len(other) > len(place) and other[: len(place)] == place for other in found)
    return deeper and all(kind in {"value_error", *WRONG_KIND} for kind, _ in said)


def _telling(said: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Where several forms are allowed, what is wrong with the one that was meant."""
    better = [text for kind, text in said if kind not in WRONG_KIND]
    yield from dict.fromkeys(better or [text for _, text in said])


def _place(loc: Sequence[str | int], values: object) -> Where:
    """The keys of a place that are in the file; pydantic also names the forms that it tried."""
    node, place = values, list[str | int]()
    for part in loc:
        if isinstance(node, dict) and part in node:
            node = node[str(part)]
        elif isinstance(node, list | tuple) and isinstance(part, int) and part < len(node):
            node = node[part]
        else:
            continue
        place.append(part)
    return tuple(place)


def _said(error: ErrorDetails, place: Where) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        return f"is not a key of the language{_meant(place)}"
    if kind == "literal_error":
        return _choice(str(error["input"]), context)
    if kind == "string_pattern_mismatch":
        pattern = str(context.get("pattern", "")).removeprefix("^(")
        return next(text for start, text in PATTERNS.items() if pattern.startswith(start))
    if kind in WRONG_KIND:
        return WRONG_KIND[kind]
    if kind in WORDS:
        return WORDS[kind].format(**context)
    return error["msg"].removeprefix("Value error, ")


def _choice(given: str, context: Mapping[str, object]) -> str:
    expected = str(context["expected"]).replace(" or ", ", ")
    choices = [choice.strip("'") for choice in expected.split(", ")]
    near = get_close_matches(given, choices, 1)
    meant = f"; did you mean {near[0]}?" if near else ""
    return f"must be one of {', '.join(choices)}{meant}"


def _meant(place: Where) -> str:
    known = _keys_at(place[:-1])
    hint = get_close_matches(str(place[-1]), known, 1)
    if hint:
        return f"; did you mean {hint[0]}?"
    return f"; known are {', '.join(sorted(known))}" if known else ""


def _keys_at(place: Where) -> list[str]:
    """The keys of the model at a place, found by walking its fields."""
    models: list[type[BaseModel]] = [ProgramFile]
    for part in place:
        following: list[type[BaseModel]] = []
        for kind in models:
            field = kind.model_fields.get(str(part))
            following += models_in(field.annotation) if field is not None else [kind]
        models = following
    return sorted({key for kind in models for key in kind.model_fields})


def models_in(annotation: object) -> list[type[BaseModel]]:
    """The models that an annotation names, however deep."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    found: list[type[BaseModel]] = []
    for part in getattr(annotation, "__args__", ()):
        found += models_in(part)
    return found
