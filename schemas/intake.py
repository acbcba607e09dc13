"""From the bytes of an input record to a validated event, or to why it can never be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
from msgspec import Struct
from pydantic import ValidationError

from schemas.envelope import REQUIRED, open_envelope
from schemas.inputs import INPUTS
from schemas.inputs.base import InputData
from schemas.unreadable import DeadLetterReason, Unreadable
from schemas.values import digest, parse_instant

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_ID = 256
TRUE = {"true": True, "false": False, True: True, False: False}


class Received(Struct, frozen=True, gc=False):
    """One event as it was read. `event` is its data as canonical JSON; `time` microseconds."""

    type: str
    source: str
    id: str
    subject: str
    time: int
    data: InputData
    event: bytes
    payload: str
    program: str | None = None
    testmode: bool = False
    traceparent: str | None = None


def read(value: bytes | None, headers: Sequence[tuple[str, bytes]]) -> Received:
    """The event in a Kafka record. Raises Unreadable, and nothing else, whatever the bytes."""
    attributes, data = open_envelope(value, headers)
    kind, source, name, time, subject = _required(attributes)
    row = INPUTS.get(kind)
    if row is None:
        raise Unreadable(DeadLetterReason.UNKNOWN_TYPE, "envelope", "type", "must be a known type")
    try:
        model = row.model.model_validate({} if data is None else data)
    except ValidationError as bad:
        raise _invalid(bad) from None
    event = canonical_data(model)
    return Received(
        kind,
        source,
        name,
        subject,
        time,
        model,
        event,
        payload_hash(kind, time, subject, event),
        _optional(attributes, "program"),
        _testmode(attributes),
        _optional(attributes, "traceparent"),
    )


def canonical_data(model: InputData) -> bytes:
    """The model as canonical JSON. Fields at their defaults are left out, so equal is equal."""
    return orjson.dumps(model.model_dump(exclude_defaults=True), option=orjson.OPT_SORT_KEYS)


def payload_hash(kind: str, time: int, subject: str, event: bytes) -> str:
    """What two deliveries of one event must agree in: type, time, subject and data."""
    return digest(b"%b\0%d\0%b\0%b" % (kind.encode(), time, subject.encode(), event))


def _required(attributes: dict[str, object]) -> tuple[str, str, str, int, str]:
    texts: list[str] = []
    for name in REQUIRED:
        text = attributes.get(name)
        if type(text) is not str or not text:
            lacks = name == "subject" and (text is None or text == "")
            reason = DeadLetterReason.NO_SUBJECT if lacks else DeadLetterReason.BAD_ENVELOPE
            raise Unreadable(reason, "envelope", name, "must be a text that is not empty")
        if len(text) > MOST_ID:
            detail = f"must not exceed {MOST_ID} characters"
            raise Unreadable(DeadLetterReason.BAD_ENVELOPE, "envelope", name, detail)
        texts.append(text)
    name, source, kind, instant, subject = texts
    try:
        time = parse_instant(instant)
    except (ValueError, OverflowError):
        detail = "must be an RFC 3339 instant with an offset"
        raise Unreadable(DeadLetterReason.BAD_ENVELOPE, "envelope", "time", detail) from None
    return kind, source, name, time, subject


def _optional(attributes: dict[str, object], name: str) -> str | None:
    text = attributes.get(name)
    if text is None:
        return None
    if type(text) is not str:
        raise Unreadable(DeadLetterReason.BAD_ENVELOPE, "envelope", name, "must be a text")
    return text


def _testmode(attributes: dict[str, object]) -> bool:
    flag = attributes.get("testmode")
    if flag is None:
        return False
    if type(flag) not in {str, bool} or flag not in TRUE:
        detail = "must be true or false"
        raise Unreadable(DeadLetterReason.BAD_ENVELOPE, "envelope", "testmode", detail)
    return TRUE[flag]


def _invalid(bad: ValidationError) -> Unreadable:
    """The first finding: where, and what would be right. No value of the input."""
    first = bad.errors(include_url=False, include_context=False, include_input=False)[0]
    path = ".".join(["data", *(str(part) for part in first["loc"])])
    return Unreadable(DeadLetterReason.INVALID_DATA, "data", path, first["msg"])
