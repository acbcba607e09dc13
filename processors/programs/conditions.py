"""Conditions and bases, as closures over what an order froze and keeps. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.programs.expressions import compile_expression
from processors.programs.expressions.freezing import attributes_asked, conditions_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from processors.accounts.items import Order, OrderLine
    from processors.programs import model
    from processors.programs.model import Scalar

    Part = tuple[str, Callable[[Order], bool]]


def holds(
    when: model.When, version: model.Version, where: str = "order"
) -> Callable[[Order], str | None]:
    """None while every part of the condition holds, else the name of the first that does not."""
    parts: list[Part] = []
    for key, value in when.order.items():
        parts.append((f"order.{key}", _same_order(key, value)))
    for key, value in when.member.items():
        parts.append((f"member.{key}", _same_member(key, value)))
    for key, value in when.member_not.items():
        unlike = _same_member(key, value)
        parts.append((f"member.{key}", lambda order, unlike=unlike: not unlike(order)))  # type: ignore[misc]
    if when.channels is not None:
        channels = frozenset(when.channels)
        parts.append(("channel", lambda order: order.channel in channels))
    if when.tiers is not None:
        tiers = frozenset(when.tiers)
        parts.append(("tier", lambda order: bool(tiers & set(order.frozen.tiers.values()))))
    if when.plan is not None:
        plan = when.plan
        parts.append(("plan", lambda order: plan in order.frozen.plans))
    if when.without_plan is not None:
        barred = when.without_plan
        parts.append(("without_plan", lambda order: barred not in order.frozen.plans))
    parts += _nested(when, version, where)
    return _first_failing(tuple(parts))


def _nested(when: model.When, version: model.Version, where: str) -> Iterator[Part]:
    if when.any_of:
        some = [holds(inner, version, where) for inner in when.any_of]
        yield "any_of", lambda order: any(one(order) is None for one in some)
    if when.none_of:
        none = [holds(inner, version, where) for inner in when.none_of]
        yield "none_of", lambda order: all(one(order) is not None for one in none)
    if when.expression is not None:
        test = compile_expression(when.expression, version, where)
        yield "expression", lambda order: test(order, None)


def attributes_of(version: model.Version) -> frozenset[str]:
    """The member's attributes that any condition of a version reads."""
    found = attributes_asked(version)
    for when in conditions_of(version):
        found |= {*when.member, *when.member_not}
    return frozenset(found)


def _same_order(key: str, value: Scalar) -> Callable[[Order], bool]:
    return lambda order: order.attributes.get(key) == value


def _same_member(key: str, value: Scalar) -> Callable[[Order], bool]:
    return lambda order: order.frozen.attributes.get(key) == value


def _first_failing(
    parts: tuple[tuple[str, Callable[[Order], bool]], ...],
) -> Callable[[Order], str | None]:
    if not parts:
        return lambda _order: None

    def check(order: Order) -> str | None:
        for name, part in parts:
            if not part(order):
                return f"not:{name}"
        return None

    return check


class Base:
    """The part of an order that a rule looks at, and the share of it that earns."""

    __slots__ = ("_deduct", "_never", "_only", "takes")

    def __init__(self, basis: model.Basis, tenders: model.Tenders | None) -> None:
        self.takes = _taker(basis)
        if tenders is None:
            self._only, self._never, self._deduct = None, frozenset[str](), False
            return
        self._only = None if tenders.only is None else frozenset(tenders.only)
        self._never = frozenset(tenders.never)
        self._deduct = tenders.split == "deduct"

    def __call__(self, order: Order) -> tuple[int, int, int]:
        """Minor units kept, and the share of them that earns, as a ratio."""
        takes = self.takes
        amount = 0
        for line in order.lines:
            if takes(line):
                amount += line.kept_minor
        tenders = order.tenders
        if not tenders:
            return (amount, 1, 1) if self._only is None or "other" in self._only else (0, 1, 1)
        total = earning = 0
        for kind, paid in tenders.items():
            total += paid
            if kind not in self._never and (self._only is None or kind in self._only):
                earning += paid
        if self._deduct:
            return max(0, amount - (total - earning)), 1, 1
        return (amount, earning, total) if total else (amount, 1, 1)

    def units(self, order: Order) -> int:
        """Units kept of the lines it looks at."""
        return sum(line.kept_quantity for line in order.lines if self.takes(line))


def basis_of(basis: model.Basis, tenders: model.Tenders | None) -> Base:
    """The basis of a rule; without tenders, however it was paid."""
    return Base(basis, tenders)


def _taker(basis: model.Basis) -> Callable[[OrderLine], bool]:
    kinds = frozenset(basis.kinds)
    barred = frozenset(basis.except_categories)
    if basis.expression is not None:
        test = compile_expression(basis.expression, None, "line")
        plain = _taker(basis.model_copy(update={"expression": None}))
        return lambda line: plain(line) and test(None, line)  # type: ignore[arg-type]  # of the line alone
    narrow = (basis.categories, basis.product_classes, basis.skus)
    if not barred and narrow == (None, None, None):
        return lambda line: line.kind in kinds
    categories, classes, skus = (None if part is None else frozenset(part) for part in narrow)

    def takes(line: OrderLine) -> bool:
        return (
            line.kind in kinds
            and line.category not in barred
            and (categories is None or line.category in categories)
            and (classes is None or line.product_class in classes)
            and (skus is None or line.sku in skus)
        )

    return takes
