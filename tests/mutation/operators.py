"""What is changed: each operator says a node of the syntax tree in one or two other ways."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator


class Variant(NamedTuple):
    """`node` would stand in place of what is there; None: nothing would."""

    operator: str
    node: ast.AST | None


COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}
OPPOSITES = {"min": "max", "max": "min", "any": "all", "all": "any"}
SAVES_WORK = ("cache", "lru_cache")
"""Decorators whose loss no result shows."""
CHANGES_NOTHING = {"frozen", "slots", "gc", "weakref", "eq", "key"}
"""Arguments of classes that forbid or spare something; a lost sort key is another operator's."""

Node = TypeVar("Node", bound=ast.AST)


def variants(node: ast.AST) -> Iterator[Variant]:
    """Every other way to say one node, its parts unchanged."""
    match node:
        case ast.Compare():
            yield from _compared(node)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in ARITHMETIC:
            if not (_is_text(left) or _is_text(right)):
                yield Variant("arithmetic", _with(node, op=ARITHMETIC[type(op)]()))
        case ast.AugAssign(op=op) if type(op) in ARITHMETIC:
            yield Variant("arithmetic", _with(node, op=ARITHMETIC[type(op)]()))
            yield Variant("statement removed", ast.Pass())
        case ast.BoolOp(op=op):
            other = ast.Or() if isinstance(op, ast.And) else ast.And()
            yield Variant("and, or", _with(node, op=other))
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield Variant("sign removed", operand)
        case ast.Constant(value=int(value)):
            others = (not value,) if isinstance(value, bool) else (value + 1, value - 1)
            yield from (Variant("constant", ast.Constant(other)) for other in others)
        case ast.Call():
            yield from _called(node)
        case ast.stmt():
            yield from _said(node)


def conditions(node: ast.AST) -> list[ast.expr]:
    """What a node asks before it goes on, unless another operator turns it round already."""
    asked: list[ast.expr] = []
    match node:
        case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test):
            asked = [test]
        case ast.comprehension(ifs=ifs):
            asked = ifs
        case ast.match_case(guard=guard):
            asked = [guard] if guard is not None else []
    return [one for one in asked if not _turned(one)]


def removable(decorator: ast.expr) -> bool:
    """Whether the loss of a decorator could be seen."""
    name = decorator.func if isinstance(decorator, ast.Call) else decorator
    return not isinstance(name, ast.Name) or name.id not in SAVES_WORK


def _compared(node: ast.Compare) -> Iterator[Variant]:
    for index, op in enumerate(node.ops):
        for other in COMPARISONS[type(op)]:
            ops = [*node.ops[:index], other(), *node.ops[index + 1 :]]
            yield Variant("comparison", _with(node, ops=ops))


def _called(node: ast.Call) -> Iterator[Variant]:
    if isinstance(node.func, ast.Name) and node.func.id in OPPOSITES:
        yield Variant("opposite", _with(node, func=ast.Name(OPPOSITES[node.func.id])))
    for index, keyword in enumerate(node.keywords):
        if keyword.arg is not None:
            left = node.keywords[:index] + node.keywords[index + 1 :]
            yield Variant("argument removed", _with(node, keywords=left))


def _said(node: ast.stmt) -> Iterator[Variant]:
    match node:
        case ast.Return(value=value) if not isinstance(value, ast.Constant | None):
            yield Variant("return", ast.Return(ast.Constant(None)))
        case ast.Break():
            yield Variant("break, continue", ast.Continue())
        case ast.Continue():
            yield Variant("break, continue", ast.Break())
        case ast.Expr(value=ast.Call() | ast.Await() | ast.Yield() | ast.YieldFrom()):
            yield Variant("statement removed", ast.Pass())
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript(), *_]):
            yield Variant("statement removed", ast.Pass())
        case ast.Raise() | ast.Delete():
            yield Variant("statement removed", ast.Pass())


def _with(node: Node, **parts: object) -> Node:
    """The same node with other parts."""
    return type(node)(**(dict(ast.iter_fields(node)) | parts))


def _turned(node: ast.expr) -> bool:
    match node:
        case ast.Compare(ops=[_]) | ast.UnaryOp(op=ast.Not()) | ast.Name(id="TYPE_CHECKING"):
            return True
    return False


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)
    )
