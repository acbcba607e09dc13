"""Which orders, lines and payments a rule is for."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from processors.programs.model.words import Model, Money, Name, Names, Scalar, TierNames
from schemas.inputs.base import LineKind, TenderKind


class Basis(Model):
    """Which part of an order a rule looks at."""

    kinds: tuple[LineKind, ...] = Field(default=("goods",), strict=False)
    """Kinds of lines."""
    categories: Names | None = Field(default=None, strict=False)
    """Only these; all, unless named."""
    except_categories: Names = Field(default=(), strict=False)
    """None of these."""
    product_classes: Names | None = Field(default=None, strict=False)
    """Only these."""
    skus: Names | None = Field(default=None, strict=False)
    """Only these."""
    expression: str | None = None
    """Asked of each line: `line.brand == "acme" and line.amount >= 20.00`."""


class Tenders(Model):
    """Which payments earn, and what the others do to the basis."""

    only: tuple[TenderKind, ...] | None = Field(default=None, strict=False)
    """Payments that earn; all but those of `never`, unless named."""
    never: tuple[TenderKind, ...] = Field(default=("points", "voucher"), strict=False)
    """Payments that do not."""
    split: Literal["prorate", "deduct"] = "prorate"
    """`prorate`: the basis times the earning share; `deduct`: what does not earn is taken off
    it."""


class When(Model):
    """A condition on the order and the member; every part that is named must hold."""

    order: dict[Name, Scalar] = {}
    """Attributes of the order, or of the recorded activity, and their values."""
    member: dict[Name, Scalar] = {}
    """Attributes of the member, as they were before the event."""
    member_not: dict[Name, Scalar] = {}
    """Attributes that the member must not have with this value."""
    channels: Names | None = Field(default=None, strict=False)
    """One of these."""
    tiers: TierNames | None = Field(default=None, strict=False)
    """One of these is held, on any ladder."""
    plan: Name | None = None
    """This membership is active; a trial is."""
    without_plan: Name | None = None
    """This one is not."""
    minimum: Money | None = None
    """Least amount of the rule's basis, in whole currency units."""
    expression: str | None = None
    """Anything else: `event.spend >= 50.00 and time.weekday in ["saturday", "sunday"]`."""
    any_of: tuple[When, ...] = Field(default=(), strict=False)
    """Conditions of which one must hold."""
    none_of: tuple[When, ...] = Field(default=(), strict=False)
    """Conditions of which none may hold."""
