"""What every output carries in its data."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Amount = Annotated[str, StringConstraints(pattern=r"^\d+(\.\d+)?$")]
"""A decimal string, never negative."""
SignedAmount = Annotated[str, StringConstraints(pattern=r"^-?\d+(\.\d+)?$")]
Stamp = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")]
"""RFC 3339 in UTC."""
Count = Annotated[int, Field(ge=0)]


class OutputPart(BaseModel):
    """Frozen, strict and closed: we write nothing that is not named here."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class CauseData(OutputPart):
    """The input that an output goes back to."""

    id: str
    offset: Count
    partition: Count
    source: str
    topic: str
    type: str


class OutputData(OutputPart):
    """The fields with which the data of every output begins."""

    cause: CauseData
    member_sequence: Annotated[int, Field(ge=1)]
    program_id: str
    program_version: str
