"""Why an input can never be read: the closed set of reasons of a dead letter."""

from __future__ import annotations

from enum import StrEnum


class DeadLetterReason(StrEnum):
    """Stable: operators count and filter by these."""

    NULL_VALUE = "null_value"
    INVALID_JSON = "invalid_json"
    BAD_ENCODING = "bad_encoding"
    DUPLICATE_KEY = "duplicate_key"
    TOO_DEEP = "too_deep"
    TOO_LARGE = "too_large"
    BAD_ENVELOPE = "bad_envelope"
    NO_SUBJECT = "no_subject"
    UNKNOWN_TYPE = "unknown_type"
    INVALID_DATA = "invalid_data"
    FUTURE_TIME = "future_time"
    UNDECIDABLE = "undecidable"
    """It can be read; rule code fails at it, which is a fault of ours."""


class Unreadable(Exception):  # noqa: N818 - it names what the bytes are
    """The bytes are not an input we know. `detail` holds no value of the input."""

    def __init__(self, reason: DeadLetterReason, stage: str, path: str, detail: str) -> None:
        super().__init__(f"{reason}: {path}: {detail}" if path else f"{reason}: {detail}")
        self.reason = reason
        self.stage = stage
        self.path = path
        self.detail = detail
