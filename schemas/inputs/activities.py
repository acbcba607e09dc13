"""`engagement.activity.*` and `engagement.nps.*`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.inputs.base import Attributes, Id, InputData, UnsignedDecimal


class ActivityRecorded(InputData):
    """engagement.activity.recorded.v1."""

    activity: Id
    attributes: Attributes | None = None
    quantity: UnsignedDecimal = "1"


class NpsAnswered(InputData):
    """engagement.nps.answered.v1."""

    score: Annotated[int, Field(ge=0, le=10)]
    survey_id: Id
