"""From the bytes of an input record to a validated event, or to why it can never be read."""

from __future__ import annotations

import re
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, Annotated

import orjson
from msgspec import Meta, Struct, convert
from msgspec import ValidationError as MsgspecError
from pydantic import ValidationError

from schemas.aliases import names_nobody
from schemas.envelope import REQUIRED, open_envelope
from schemas.inputs import INPUTS
from schemas.inputs.base import InputData
from schemas.unreadable import DeadLetterReason, Unreadable
from schemas.values import digest, parse_instant

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_ID = 256
LAST = parse_instant("8000-01-01T00:00:00Z")
"""What follows from an event in months and years must have a place in the calendar as well."""
SOME = "*"
"""In a path: a name that is none of the contract's."""
VALIDATE = {kind: row.model.__pydantic_validator__.validate_python for kind, row in INPUTS.items()}
TRACE = "traceparent"
TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
"""As W3C Trace Context has it."""
TRUE: dict[object, bool] = {"true": True, "false": False, True: True, False: False}
Required = Annotated[str, Meta(min_length=1, max_length=MOST_ID)]
NO_CONTROLS = r"^[^\x00-\x1f\x7f-\x9f]+\Z"
"""CloudEvents has none in its attributes; and no two identities may look like one."""
Name = Annotated[str, Meta(min_length=1, max_length=MOST_ID, pattern=NO_CONTROLS)]


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


class _Attributes(Struct, frozen=True, gc=False):
    """The attributes that an event must have, and those that it may have, as they came."""

    id: Name
    source: Name
    type: Required
    time: Required
    subject: Name
    program: object = None
    testmode: object = None
    traceparent: object = None


def read(value: bytes | None, headers: Sequence[tuple[str, bytes]]) -> Received:
    """The event in a Kafka record. Raises Unreadable, and nothing else, whatever the bytes."""
    attributes, data = open_envelope(value, headers)
    try:
        said = convert(attributes, _Attributes)
    except MsgspecError:
        raise _unfit(attributes) from None
    if names_nobody(said.subject):
        nobody = "must name somebody behind its scheme"
        raise Unreadable(DeadLetterReason.NO_SUBJECT, "envelope", "subject", nobody)
    kind, time = said.type, _instant(said.time)
    validate = VALIDATE.get(kind)
    if validate is None:
        raise Unreadable(DeadLetterReason.UNKNOWN_TYPE, "envelope", "type", "must be a known type")
    try:
        model: InputData = validate({} if data is None else data)
    except ValidationError as bad:
        raise _invalid(bad) from None
    event = canonical_data(model)
    return Received(
        kind,
        said.source,
        said.id,
        said.subject,
        time,
        model,
        event,
        payload_hash(kind, time, said.subject, event),
        None if said.program is None else _text("program", said.program),
        said.testmode is not None and _flag("testmode", said.testmode),
        _trace(said.traceparent, headers),
    )


def canonical_data(model: InputData) -> bytes:
    """The model as canonical JSON. Fields at their defaults are left out, so equal is equal."""
    data = model.__pydantic_serializer__.to_python(model, exclude_defaults=True)
    return orjson.dumps(data, option=orjson.OPT_SORT_KEYS)


def payload_hash(kind: str, time: int, subject: str, event: bytes) -> str:
    """What two deliveries of one event must agree in: type, time, subject and data."""
    return digest(b"%b\0%d\0%b\0%b" % (kind.encode(), time, subject.encode(), event))


def _unfit(attributes: dict[str, object]) -> Unreadable:
    """The first attribute that is missing, or is no text of a fit length."""
    for name in REQUIRED:
        text = attributes.get(name)
        if type(text) is not str or not text:
            lacks = name == "subject" and (text is None or text == "")
            reason = DeadLetterReason.NO_SUBJECT if lacks else DeadLetterReason.BAD_ENVELOPE
            return Unreadable(reason, "envelope", name, "must be a text that is not empty")
        if len(text) > MOST_ID:
            return _bad(name, f"must not exceed {MOST_ID} characters")
        if not re.search(NO_CONTROLS, text):
            return _bad(name, "must hold no control characters")
    raise AssertionError("all attributes are fit")


def _instant(text: str) -> int:
    try:
        found = parse_instant(text)
    except (ValueError, OverflowError):
        raise _bad("time", "must be an RFC 3339 instant with an offset, no leap second") from None
    if found >= LAST:
        raise _bad("time", "must lie before the year 8000")
    return found


def _text(name: str, text: object) -> str:
    if type(text) is not str:
        raise _bad(name, "must be a text")
    return text


def _trace(attribute: object, headers: Sequence[tuple[str, bytes]]) -> str | None:
    """The trace that CloudEvents' extension names, else the header of the record.

    What does not look like one is nobody's to pass on.
    """
    text = None if attribute is None else _text(TRACE, attribute)
    if text is None:
        for name, content in headers:
            if name == TRACE:
                text = content.decode(errors="replace")
    return text if text is not None and TRACEPARENT.fullmatch(text) else None


def _flag(name: str, flag: object) -> bool:
    if type(flag) not in {str, bool} or flag not in TRUE:
        raise _bad(name, "must be true or false")
    return TRUE[flag]


def _bad(name: str, detail: str) -> Unreadable:
    return Unreadable(DeadLetterReason.BAD_ENVELOPE, "envelope", name, detail)


def _invalid(bad: ValidationError) -> Unreadable:
    """The first finding: where, and what would be right. No value of the input."""
    first = bad.errors(include_url=False, include_context=False, include_input=False)[0]
    # Names that a sender chose, those of attributes, may be personal data as well.
    parts = [str(part) if type(part) is int or part in _fields() else SOME for part in first["loc"]]
    path = ".".join(["data", *(part for part, _ in groupby(parts))])
    return Unreadable(DeadLetterReason.INVALID_DATA, "data", path, first["msg"])


@cache
def _fields() -> frozenset[str]:
    """The names of all fields of all inputs."""
    schemas = [row.model.model_json_schema() for row in INPUTS.values()]
    models = [one for schema in schemas for one in (schema, *schema.get("$defs", {}).values())]
    return frozenset(name for model in models for name in model.get("properties", {}))
