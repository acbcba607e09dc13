"""What expressions compare with: names that are known, days that there are, bounds that meet."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from processors.programs.expressions.grammar import (
    Compared,
    Denied,
    Fact,
    Joined,
    Literal,
    Several,
    parse,
)
from processors.programs.figures import scaled
from processors.programs.lint.expressions import expressions_of
from processors.programs.lint.problems import Place, Problem, instead, versions_of
from processors.programs.model.words import Weekday
from schemas.inputs.base import LineKind, TenderKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from processors.programs.expressions.grammar import Tree
    from processors.programs.model import ProgramFile, Version

Pair = tuple[str, str, Literal]
"""A fact, how it is compared, and with what."""
SPANS = {"time.month": (1, 12), "time.day": (1, 31)}
TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def check(file: ProgramFile) -> Iterator[Problem]:
    """Every expression; all of them can be understood."""
    for place, version in versions_of(file):
        for where, text, _ in expressions_of(version, place):
            tree = parse(text)
            for fact, _, literal in _compared(tree):
                yield from _strange(fact, literal, version, where)
            yield from _never(tree, where)


def _compared(tree: Tree) -> Iterator[Pair]:
    if isinstance(tree, Denied):
        yield from _compared(tree.part)
    elif isinstance(tree, Joined):
        for part in tree.parts:
            yield from _compared(part)
    elif isinstance(tree, Compared):
        yield from _pairs(tree)


def _pairs(tree: Compared) -> Iterator[Pair]:
    left, right, sign = tree.left, tree.right, tree.sign
    if isinstance(left, Literal) and isinstance(right, Fact):
        left, right, sign = right, left, TURNED.get(sign, sign)
    if isinstance(left, Fact):
        for item in right.items if isinstance(right, Several) else (right,):
            if isinstance(item, Literal):
                yield left.name, sign, item


def _strange(fact: str, literal: Literal, version: Version, place: Place) -> Iterator[Problem]:
    """A value that the fact never has."""
    known = _known(fact, version)
    if known and literal.kind == "text" and literal.text not in known:
        text = f'{fact} is never "{literal.text}"; {instead(literal.text, known)}'
        yield Problem("name-unknown", place, text)
    least, most = SPANS.get(fact, (0, 0))
    if most and literal.kind == "number" and not least <= int(literal.text) <= most:
        text = f"{fact} goes from {least} to {most}, so it is never {literal.text}"
        yield Problem("rule-unreachable", place, text)


def _known(fact: str, version: Version) -> list[str]:
    kind, _, name = fact.partition(".")
    if kind == "tier" and name in version.ladders:
        return list(version.ladders[name].tiers)
    return {
        "time.weekday": list(get_args(Weekday)),
        "event.tenders": list(get_args(TenderKind)),
        "line.kind": list(get_args(LineKind)),
        "event.currency": list(version.currencies or ()),
    }.get(fact, [])


def _never(tree: Tree, place: Place) -> Iterator[Problem]:
    """Conditions joined with `and` that cannot hold together."""
    if isinstance(tree, Joined) and tree.word == "and":
        pairs = [pair for part in tree.parts if isinstance(part, Compared) for pair in _one(part)]
        for fact in dict.fromkeys(name for name, _, _ in pairs):
            mine = [(sign, literal) for name, sign, literal in pairs if name == fact]
            if _apart(mine):
                text = f"asks of {fact} what cannot be at once, so it never holds"
                yield Problem("rule-unreachable", place, text)
    for part in tree.parts if isinstance(tree, Joined) else ():
        yield from _never(part, place)


def _one(part: Compared) -> list[Pair]:
    """A comparison with one value; of lists, and of sets, any may hold."""
    single = not isinstance(part.right, Several) and part.sign != "in"
    return list(_pairs(part)) if single else []


def _apart(asked: Sequence[tuple[str, Literal]]) -> bool:
    """True for figures whose bounds leave nothing between them, and for two texts at once."""
    if len({literal.text for sign, literal in asked if sign == "=="}) > 1:
        return True
    figures = [(sign, _order(one)) for sign, one in asked if one.kind in {"number", "date"}]
    floors = [(at, sign == ">") for sign, at in figures if sign in {">", ">=", "=="}]
    tops = [(at, sign == "<") for sign, at in figures if sign in {"<", "<=", "=="}]
    return any(
        low > high or (low == high and (above or below))
        for low, above in floors
        for high, below in tops
    )


def _order(literal: Literal) -> int:
    if literal.kind == "date":
        return int(literal.text.replace("-", ""))
    return scaled(literal.text)
