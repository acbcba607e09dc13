"""Expressions: facts that are known here, compared with what they can be compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.programs.expressions import ExpressionError, compile_expression
from processors.programs.lint.problems import Place, Problem, versions_of
from processors.programs.model import Basis, Model, When

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processors.programs.model import ProgramFile


def check(file: ProgramFile) -> Iterator[Problem]:
    """Every expression of every version."""
    for place, version in versions_of(file):
        for where, text, about in expressions_of(version, place):
            try:
                compile_expression(text, version, about)
            except ExpressionError as bad:
                yield Problem("expression", where, str(bad))


def expressions_of(model: Model, place: Place) -> Iterator[tuple[Place, str, str]]:
    """Each expression, where it stands, and what it is asked of."""
    if isinstance(model, When | Basis) and model.expression is not None:
        of_order = "activity" if "activities" in place else "order"
        about = "line" if isinstance(model, Basis) else of_order
        yield (*place, "expression"), model.expression, about
    for field in type(model).model_fields:
        yield from _values(getattr(model, field), (*place, field))


def _values(value: object, place: Place) -> Iterator[tuple[Place, str, str]]:
    if isinstance(value, Model):
        yield from expressions_of(value, place)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _values(item, (*place, key))
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _values(item, (*place, index))
