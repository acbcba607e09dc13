"""From a tree to a closure: every fact known, both sides of one kind, figures as whole numbers."""

from __future__ import annotations

import operator
import re
from datetime import date
from difflib import get_close_matches
from typing import TYPE_CHECKING

from processors.programs.expressions.facts import (
    ANY,
    CLOCK,
    DATE,
    TEXT,
    TEXTS,
    Known,
    attribute,
    known_facts,
)
from processors.programs.expressions.grammar import (
    Compared,
    Denied,
    ExpressionError,
    Fact,
    Joined,
    Literal,
    Several,
    parse,
)
from processors.programs.figures import steps_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from processors.accounts.items import Order, OrderLine
    from processors.programs import model
    from processors.programs.expressions.facts import Kind, Value
    from processors.programs.expressions.grammar import Tree

    Test = Callable[[Order, OrderLine | None], bool]
    Read = Callable[[Order, OrderLine | None], Value]

ORDERED: dict[str, Callable[[int, int], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
NAMES = {TEXT: "a text", TEXTS: "several texts", DATE: "a date", CLOCK: "a time of day"}


def compile_expression(text: str, version: model.Version | None, where: str) -> Test:
    """The test of an expression at a place (`order`, `line` or `activity`).

    Raises ExpressionError for what is not known or cannot be compared.
    """
    return _test(parse(text), known_facts(version, where))


def facts_of(text: str) -> Iterator[str]:
    """The names of all facts of an expression."""
    yield from _facts(parse(text))


def _facts(tree: Tree | Literal | Several) -> Iterator[str]:
    if isinstance(tree, Fact):
        yield tree.name
    elif isinstance(tree, Compared):
        yield from _facts(tree.left)
        yield from _facts(tree.right)
    elif isinstance(tree, Denied):
        yield from _facts(tree.part)
    elif isinstance(tree, Joined):
        for part in tree.parts:
            yield from _facts(part)


def _test(tree: Tree, known: dict[str, Known]) -> Test:
    if isinstance(tree, Joined):
        parts = tuple(_test(part, known) for part in tree.parts)
        if tree.word == "and":
            return lambda order, line: all(part(order, line) for part in parts)
        return lambda order, line: any(part(order, line) for part in parts)
    if isinstance(tree, Denied):
        inner = _test(tree.part, known)
        return lambda order, line: not inner(order, line)
    if isinstance(tree, Fact):
        kind, read = _fact(tree, known)
        if kind != ANY:
            raise ExpressionError(f"{tree.name} is {_named(kind)}; compare it with something")
        return lambda order, line: read(order, line) is True
    return _comparison(tree, known)


def _fact(fact: Fact, known: dict[str, Known]) -> tuple[Kind, Read]:
    found = known.get(fact.name) or (None if "line.kind" in known else attribute(fact.name))
    if found is None:
        near = get_close_matches(fact.name, known, 1)
        meant = f"did you mean {near[0]}?" if near else f"known are {', '.join(sorted(known))}"
        raise ExpressionError(f"{fact.name} is no fact that can be asked here; {meant}")
    name = fact.name
    return found.kind, found.read or (lambda order, _line: order.frozen.facts.get(name))


def _comparison(tree: Compared, known: dict[str, Known]) -> Test:
    left, right, sign = tree.left, tree.right, tree.sign
    if isinstance(right, Several):
        if isinstance(left, Literal):
            raise ExpressionError(f"{left.text} is no fact; ask whether a fact is in a list")
        kind, read = _fact(left, known)
        values = frozenset(_value(item, kind, left.name) for item in right.items)
        return lambda order, line: read(order, line) in values
    if sign == "in":
        return _contained(left, right, known)
    if isinstance(left, Literal):
        left, right, sign = right, left, _turned(sign)
    if isinstance(left, Literal):
        raise ExpressionError("compares two values; one side must be a fact")
    kind, read = _fact(left, known)
    if isinstance(right, Literal):
        if kind == ANY and right.kind == DATE:
            kind, read = DATE, _as_date(read)
        constant = _value(right, kind, left.name)
        return _compared(sign, kind, read, lambda _order, _line: constant)
    other, second = _fact(right, known)
    if other != kind:
        text = f"{left.name} is {_named(kind)}, {right.name} {_named(other)}"
        raise ExpressionError(f"{text}: they cannot be compared")
    return _compared(sign, kind, read, second)


def _as_date(read: Read) -> Read:
    """An attribute that is written as a date, as one; None for any other."""

    def day(order: Order, line: OrderLine | None) -> int | None:
        try:
            return date.fromisoformat(str(read(order, line))).toordinal()
        except ValueError:
            return None

    return day


def _contained(left: Fact | Literal, right: Fact | Literal, known: dict[str, Known]) -> Test:
    assert isinstance(right, Fact), "the grammar lets nothing else stand there"
    kind, several = _fact(right, known)
    if kind != TEXTS:
        raise ExpressionError(f"{right.name} is {_named(kind)}; `in` asks for several, or a list")
    if isinstance(left, Literal):
        text = _value(left, TEXT, right.name)
        return lambda order, line: text in (several(order, line) or ())  # type: ignore[operator]
    one, read = _fact(left, known)
    if one not in {TEXT, ANY}:
        raise ExpressionError(f"{left.name} is {_named(one)}, {right.name} are texts")
    return lambda order, line: read(order, line) in (several(order, line) or ())  # type: ignore[operator]


def _compared(sign: str, kind: Kind, left: Read, right: Read) -> Test:
    if sign == "==":
        return lambda order, line: left(order, line) == right(order, line)
    if sign == "!=":
        return lambda order, line: left(order, line) != right(order, line)
    if kind in {TEXT, TEXTS}:
        raise ExpressionError(f"`{sign}` compares figures and dates; texts are == or !=")
    compare = ORDERED[sign]

    def test(order: Order, line: OrderLine | None) -> bool:
        one, other = left(order, line), right(order, line)
        # A missing fact, or an attribute of another kind, is neither more nor less.
        return type(one) is int and type(other) is int and compare(one, other)

    return test


def _turned(sign: str) -> str:
    return {"<": ">", "<=": ">=", ">": "<", ">=": "<="}.get(sign, sign)


def _value(literal: Literal, kind: Kind, about: str) -> int | str | bool:
    """A literal as the fact's kind has it."""
    if isinstance(kind, int) and literal.kind == "number":
        try:
            return steps_of(literal.text, kind)
        except ValueError as bad:
            raise ExpressionError(f"{literal.text}: {about} {bad}") from None
    if kind == TEXT and literal.kind == "text":
        return literal.text
    if kind == DATE and literal.kind == "date":
        return _date(literal.text)
    if kind == CLOCK and literal.kind == "text":
        return _minutes(literal.text)
    if kind == ANY and literal.kind != "date":
        return _attribute(literal)
    raise ExpressionError(f"{about} is {_named(kind)}, {literal.text} is a {literal.kind}")


def _attribute(literal: Literal) -> int | str | bool:
    if literal.kind == "flag":
        return literal.text == "true"
    if literal.kind == "text":
        return literal.text
    if "." in literal.text:
        raise ExpressionError(f"{literal.text}: attributes are whole numbers, texts, true or false")
    return int(literal.text)


def _date(text: str) -> int:
    try:
        return date.fromisoformat(text).toordinal()
    except ValueError:
        raise ExpressionError(f"{text} is no date") from None


def _minutes(text: str) -> int:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d|24:00", text):
        raise ExpressionError(f'"{text}" is no time of day such as "16:00"')
    return int(text[:2]) * 60 + int(text[3:])


def _named(kind: Kind) -> str:
    if isinstance(kind, int):
        return f"a figure with {kind} decimal places" if kind else "a whole number"
    return NAMES.get(kind, "an attribute")
