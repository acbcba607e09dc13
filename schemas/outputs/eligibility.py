"""`loyalty.eligibility.*`: rewards gained, withdrawn, consumed, expired."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.outputs.base import OutputData, Stamp


class EligibilityChanged(OutputData):
    """The type of the event says what happened to so many of the reward."""

    eligibility_id: str
    quantity: Annotated[int, Field(ge=1)]
    reason: str
    reward_id: str
    valid_from: Stamp
    valid_until: Stamp | None = None
