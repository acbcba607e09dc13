"""Why a condition does not hold, in words: for previews, never for deciding."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from processors.accounts.items import Order
    from processors.programs import model
    from processors.programs.model import Scalar

NOT = "not:"
"""With which the reason begins that a condition gives."""


def in_words(reason: str, when: model.When, order: Order) -> str:
    """What a rule asks for and does not find, by the part of its condition that failed."""
    part, _, key = reason.removeprefix(NOT).partition(".")
    if part in {"order", "member"}:
        return _of_order(key, when, order) if part == "order" else _of_member(key, when, order)
    texts = {
        "channel": f"is for {_listed(when.channels)}, and this came by {order.channel}",
        "tier": f"is for {_listed(when.tiers)}, and the member is {_held(order)}",
        "plan": f"is for members with the plan {when.plan}",
        "without_plan": f"is for members without the plan {when.without_plan}",
        "expression": f"asks for {when.expression}",
    }
    return texts.get(part, f"asks for what `{part}` says")


def _held(order: Order) -> str:
    return ", ".join(order.frozen.tiers.values()) or "on no ladder"


def _of_order(key: str, when: model.When, order: Order) -> str:
    has = _said(order.attributes.get(key))
    return f"asks for {key} {_said(when.order.get(key))}, and here it is {has}"


def _of_member(key: str, when: model.When, order: Order) -> str:
    has = _said(order.frozen.attributes.get(key))
    if key in when.member and order.frozen.attributes.get(key) != when.member[key]:
        return f"is for members with {key} {_said(when.member[key])}, and here it is {has}"
    return f"is not for members with {key} {has}"


def _listed(names: tuple[str, ...] | None) -> str:
    return " or ".join(names or ()) or "nobody"


def _said(value: Scalar | None) -> str:
    if value is None:
        return "not set"
    return str(value).lower() if isinstance(value, bool) else str(value)
