"""`commerce.purchase.*`: what was bought, paid, shipped, refunded."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from schemas.inputs.base import (
    Attributes,
    Id,
    InputData,
    Instant,
    LineKind,
    Minor,
    Quantity,
    TenderKind,
    Text,
    Who,
)

MOST_LINES = 500
MOST_TAGS = 100


class Line(InputData):
    """One line of an order. `amount_minor` is for the whole line, without tax."""

    amount_minor: Minor
    brand: Text | None = None
    category: Id | None = None
    kind: LineKind = "goods"
    line_id: Id
    product_class: Id | None = None
    quantity: Quantity = 1
    sku: Id
    tags: tuple[Text, ...] | None = Field(default=None, max_length=MOST_TAGS, strict=False)
    tax_minor: Minor = 0


class Tender(InputData):
    """A part of the payment."""

    amount_minor: Minor
    kind: TenderKind


class Content(InputData):
    """What an order holds: the part that an edit replaces."""

    lines: tuple[Line, ...] = Field(min_length=1, max_length=MOST_LINES, strict=False)
    order_discount_minor: Minor = 0
    order_id: Id
    tenders: tuple[Tender, ...] | None = Field(default=None, max_length=MOST_LINES, strict=False)

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        lines = self.lines
        if len(lines) > 1 and len({line.line_id for line in lines}) < len(lines):
            raise ValueError("lines must not repeat a line_id")
        discount = self.order_discount_minor
        if discount and discount > sum(i.amount_minor for i in lines if i.kind == "goods"):
            raise ValueError("order_discount_minor must not exceed the goods lines")
        if self.tenders:
            total = sum(line.amount_minor + line.tax_minor for line in lines)
            paid = sum(tender.amount_minor for tender in self.tenders)
            if paid != total - self.order_discount_minor:
                raise ValueError("tenders must add up to lines with tax less the order discount")
        return self


class PurchaseCompleted(Content):
    """commerce.purchase.completed.v1."""

    attributes: Attributes | None = None
    channel: Id = "online"
    currency: str = Field(min_length=3, max_length=3)
    location_id: Id | None = None
    market: Text | None = None
    paid: bool = True
    redemption_id: Id | None = None
    referrer: Who | None = None


class PurchaseEdited(Content):
    """commerce.purchase.edited.v1: the order's whole new content."""


class _OfOrder(InputData):
    order_id: Id


class PurchasePaid(_OfOrder):
    """commerce.purchase.paid.v1."""


class PurchaseShipped(_OfOrder):
    """commerce.purchase.shipped.v1."""


class PurchaseDelivered(_OfOrder):
    """commerce.purchase.delivered.v1."""

    promised_at: Instant | None = None


class PurchaseCancelled(_OfOrder):
    """commerce.purchase.cancelled.v1."""

    reason: Text | None = None


class RefundLine(InputData):
    """What is refunded of one line."""

    amount_minor: Minor
    line_id: Id
    quantity: Quantity | None = None


class PurchaseRefunded(_OfOrder):
    """commerce.purchase.refunded.v1: by lines, by a custom amount, or both."""

    amount_minor: Minor | None = None
    lines: tuple[RefundLine, ...] | None = Field(default=None, max_length=MOST_LINES, strict=False)
    reason: Text | None = None
    refund_id: Id

    @model_validator(mode="after")
    def _refunds_something(self) -> Self:
        if not self.lines and self.amount_minor is None:
            raise ValueError("must have lines or amount_minor")
        names = [line.line_id for line in self.lines or ()]
        if len(set(names)) < len(names):
            raise ValueError("lines must not repeat a line_id")
        return self
