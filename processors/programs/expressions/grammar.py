"""From text to a tree: comparisons of facts and literals, joined with `and`, `or` and `not`."""

from __future__ import annotations

import re
from typing import NamedTuple

TOKEN = re.compile(
    r"""\s*(?:
    (?P<date>\d{4}-\d\d-\d\d)
    | (?P<number>\d+(?:\.\d+)?)
    | (?P<text>"[^"]*"|'[^']*')
    | (?P<word>[A-Za-z_][\w-]*(?:\.[\w-]+)*)
    | (?P<sign>==|!=|<=|>=|<|>|\(|\)|\[|\]|,)
    )""",
    re.VERBOSE,
)
SIGNS = frozenset({"==", "!=", "<", "<=", ">", ">="})


class ExpressionError(ValueError):
    """An expression that cannot be understood. Its text says where and what would be right."""


class Fact(NamedTuple):
    """Something that is read, by its dotted name."""

    name: str


class Literal(NamedTuple):
    """A value as it is written, of one kind: `number`, `text`, `date` or `flag`."""

    kind: str
    text: str


class Several(NamedTuple):
    """A list of values."""

    items: tuple[Literal, ...]


class Compared(NamedTuple):
    """A comparison."""

    sign: str
    left: Fact | Literal
    right: Fact | Literal | Several


class Joined(NamedTuple):
    """Conditions that must all hold (`and`), or of which one must (`or`)."""

    word: str
    parts: tuple[Tree, ...]


class Denied(NamedTuple):
    """A condition that must not hold."""

    part: Tree


Tree = Fact | Compared | Joined | Denied


def parse(text: str) -> Tree:
    """The tree of an expression. Raises ExpressionError."""
    reader = _Reader(text)
    tree = reader.either()
    if reader.kind:
        raise reader.error("is one too many here; join conditions with `and` or `or`")
    return tree


class _Reader:
    """One token at a time."""

    def __init__(self, text: str) -> None:
        self._text, self._end = text, 0
        self.kind = self.value = ""
        self.start = 0
        self.move()

    def move(self) -> None:
        """Go on to the next token; its kind is empty at the end."""
        rest = self._text[self._end :]
        self.start = self._end + len(rest) - len(rest.lstrip())
        if not rest.strip():
            self.kind = self.value = ""
            return
        found = TOKEN.match(self._text, self._end)
        if found is None:
            self.value = rest.strip()[:1]
            raise self.error('is no part of an expression; text stands in quotes: "gold"')
        self.kind = found.lastgroup or ""
        self.value = found[self.kind]
        self._end = found.end()

    def error(self, text: str) -> ExpressionError:
        """What is wrong at the present token."""
        here = f"`{self.value}`" if self.value else "the end"
        return ExpressionError(f"{here} (character {self.start + 1}) {text}")

    def took(self, *words: str) -> str:
        """The present token if it is one of these words, which is then passed."""
        value = self.value
        if self.kind in {"word", "sign"} and value in words:
            self.move()
            return value
        return ""

    def either(self) -> Tree:
        """Conditions joined with `or`."""
        parts = [self._both()]
        while self.took("or"):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else Joined("or", tuple(parts))

    def _both(self) -> Tree:
        parts = [self._one()]
        while self.took("and"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else Joined("and", tuple(parts))

    def _one(self) -> Tree:
        if self.took("not"):
            return Denied(self._one())
        if self.took("("):
            inner = self.either()
            if not self.took(")"):
                raise self.error("should be `)`")
            return inner
        return self._comparison()

    def _comparison(self) -> Tree:
        left = self._value()
        if self.kind == "sign" and self.value in SIGNS:
            sign = self.took(*SIGNS)
            return Compared(sign, left, self._value())
        denied = self.took("not")
        if denied and self.value != "in":
            raise self.error("should be `in`")
        if self.took("in"):
            found = Compared("in", left, self._members())
            return Denied(found) if denied else found
        if isinstance(left, Literal):
            raise self.error("should be a comparison: ==, !=, <, <=, >, >= or in")
        return left

    def _members(self) -> Fact | Several:
        if not self.took("["):
            found = self._value()
            if isinstance(found, Fact):
                return found
            raise self.error("comes after what should be a list, such as [1, 2], or a fact")
        items: list[Literal] = []
        while True:
            item = self._value()
            if isinstance(item, Fact):
                raise self.error('comes after a fact: a list holds values, such as "gold"')
            items.append(item)
            if self.took("]"):
                return Several(tuple(items))
            if not self.took(","):
                raise self.error("should be `,` or `]`")

    def _value(self) -> Fact | Literal:
        kind, value = self.kind, self.value
        if kind in {"", "sign"} or value in {"and", "or", "in", "not"}:
            raise self.error("stands where a fact or a value should")
        self.move()
        if kind == "word":
            return Literal("flag", value) if value in {"true", "false"} else Fact(value)
        return Literal(kind, value[1:-1] if kind == "text" else value)
