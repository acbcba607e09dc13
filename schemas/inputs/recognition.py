"""`engagement.recognition.*`: the subject is the giver."""

from __future__ import annotations

from schemas.inputs.base import Id, InputData, UnsignedDecimal, Who


class RecognitionGiven(InputData):
    """engagement.recognition.given.v1."""

    amount: UnsignedDecimal
    recognition_id: Id
    to: Who
