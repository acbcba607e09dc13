"""`engagement.review.*`: product reviews."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.inputs.base import Id, InputData


class _OfReview(InputData):
    review_id: Id


class ReviewSubmitted(_OfReview):
    """engagement.review.submitted.v1."""

    has_media: bool = False
    moderation: Literal["pending", "approved"] = "approved"
    order_id: Id | None = None
    rating: Annotated[int, Field(ge=1, le=5)]
    sku: Id
    verified: bool


class ReviewApproved(_OfReview):
    """engagement.review.approved.v1."""


class ReviewRejected(_OfReview):
    """engagement.review.rejected.v1."""


class ReviewRemoved(_OfReview):
    """engagement.review.removed.v1."""


class ReviewEdited(_OfReview):
    """engagement.review.edited.v1."""

    has_media: bool | None = None
