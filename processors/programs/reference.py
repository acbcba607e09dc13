"""The language, key by key: what may be written where, its default, and what it means.

Taken from the models themselves, so that no key is missing and none is made up.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, get_args

from pydantic_core import PydanticUndefined

from processors.programs.model import Model, ProgramFile
from processors.programs.model.promotions import Stacking
from processors.programs.model.words import (
    CapPeriod,
    Period,
    Recurring,
    Rounding,
    SharedPeriod,
    Weekday,
)
from processors.programs.wording import models_in
from schemas.inputs.base import LineKind, TenderKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic.fields import FieldInfo

KINDS = {
    "SomePoints": "points",
    "Points": "points",
    "SomeMoney": "money",
    "Money": "money",
    "Some": "figure",
    "Figure": "figure",
    "Positive": "number",
    "Count": "number",
    "Whole": "number",
    "int": "number",
    "bool": "true or false",
    "str": "text",
    "Currency": "currency",
    "Counted": "text",
    "SeveralCounted": "list of text",
    "Day": "date",
    "Clock": "time of day",
    "Zone": "zone",
    "Bracket": "[money, points]",
    "Activity": "activity",
    "Scalar": "value",
    "Names": "names",
    "TierNames": "tiers",
}
CHOICES = {
    "CapPeriod": CapPeriod,
    "LineKind": LineKind,
    "Period": Period,
    "Recurring": Recurring,
    "Rounding": Rounding,
    "SharedPeriod": SharedPeriod,
    "Stacking": Stacking,
    "TenderKind": TenderKind,
    "Weekday": Weekday,
}
NAMED = re.compile(r"\b(\w+)Name\b")


class Key(NamedTuple):
    """One key of a map."""

    name: str
    kind: str
    default: str
    text: str


class Table(NamedTuple):
    """The keys of one map of the language."""

    title: str
    text: str
    keys: list[Key]


def tables() -> list[Table]:
    """Every map of the language, the file first, each after what it stands in."""
    found: dict[str, Table] = {}
    open_ends: list[type[Model]] = [ProgramFile]
    while open_ends:
        kind = open_ends.pop(0)
        if kind.__name__ in found:
            continue
        found[kind.__name__] = _table(kind)
        inner = [one for field in kind.model_fields.values() for one in models_in(field.annotation)]
        open_ends = [*(one for one in inner if issubclass(one, Model)), *open_ends]
    return list(found.values())


def _table(kind: type[Model]) -> Table:
    raw = {name: text for base in reversed(kind.__mro__) for name, text in _written(base)}
    keys = [
        Key(name, _kind(raw[name]), _default(field), _sentence(field))
        for name, field in kind.model_fields.items()
    ]
    return Table(kind.__name__, (kind.__doc__ or "").strip().split("\n\n")[0], keys)


def _written(kind: type) -> Iterator[tuple[str, str]]:
    yield from getattr(kind, "__annotations__", {}).items()


def _choices(raw: str) -> list[str]:
    """The words that one may choose from, in the order in which they are written."""
    if "Literal[" in raw:
        return re.findall(r"['\"]([^'\"]*)['\"]", raw)
    aliases = (CHOICES.get(name) for name in re.findall(r"\w+", raw))
    return next((list(get_args(alias)) for alias in aliases if alias is not None), [])


def _kind(raw: str) -> str:
    """The annotation, in the words of the language."""
    choices = _choices(raw)
    if choices:
        several = "list of: " if raw.startswith("tuple") else ""
        return several + ", ".join(f"`{choice}`" for choice in dict.fromkeys(choices))
    text = raw.removesuffix(" | None").replace(" | None", "")
    if "pattern" in text or text.startswith("Annotated[int"):
        return "text" if "pattern" in text else "number"
    text = re.sub(r"dict\[([^,]+), dict\[.+\]\]", "map of maps of text", text)
    text = re.sub(r"dict\[([^,]+), (.+)\]", lambda m: f"map of {_plain(m[2])}", text)
    text = re.sub(r"tuple\[(.+), \.\.\.\]", lambda m: f"list of {_plain(m[1])}", text)
    text = re.sub(r"tuple\[(.+)\]", lambda m: f"[{m[1]}]", text)
    return ", ".join(dict.fromkeys(_plain(part) for part in text.split(", ")))


def _plain(text: str) -> str:
    for name, word in KINDS.items():
        text = re.sub(rf"\b{name}\b", word, text)
    text = NAMED.sub(lambda m: m[1].lower(), text).replace(" | ", " or ")
    return re.sub(r"\bName\b", "name", text)


def _default(field: FieldInfo) -> str:
    value = field.default
    if value is PydanticUndefined:
        return "needed"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Model) or not (value or isinstance(value, int)):
        return ""
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _sentence(field: FieldInfo) -> str:
    return " ".join((field.description or "").split()).replace("|", "\\|")


def page() -> str:
    """All tables as Markdown."""
    parts: list[str] = []
    for table in tables():
        parts += [f"### {table.title}", "", table.text, ""]
        parts += ["| key | what it is | default | |", "| --- | --- | --- | --- |"]
        parts += [
            f"| `{key.name}` | {_linked(key.kind)} | {key.default} | {key.text} |"
            for key in table.keys
        ]
        parts.append("")
    return "\n".join(parts)


def _linked(kind: str) -> str:
    return re.sub(r"(?<![`\w])([A-Z]\w+)", lambda m: f"[{m[1]}](#{m[1].lower()})", kind)
