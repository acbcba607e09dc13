"""Lines of a file as events: what is wrong with them, and the Kafka records that they become.

A producer's check is closed: a field that the contract does not know is a typing error here, where
the processor would ignore it.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple, get_args

import orjson
from pydantic import BaseModel, ValidationError

from processors.routing import partition_of
from schemas.aliases import normalise
from schemas.envelope import EXTENSIONS, REQUIRED
from schemas.inputs import INPUTS
from schemas.intake import read
from schemas.strictjson import parse
from schemas.topics import INPUT_BYTES
from schemas.unreadable import Unreadable
from schemas.values import parse_instant

if TYPE_CHECKING:
    from collections.abc import Iterator

STRUCTURED = [("content-type", b"application/cloudevents+json; charset=UTF-8")]
ARRIVAL = "arrivaltime"
"""Of a line only: the Kafka timestamp that its record is to have. It is not sent."""
KNOWN = {*REQUIRED, *EXTENSIONS, "specversion", "datacontenttype", "dataschema", "data", ARRIVAL}
OVERHEAD = 1024
"""What a record's key and headers may take of the topic's limit."""


class Finding(NamedTuple):
    """One thing that is wrong in a line: where in it, what, and what would be right."""

    path: str
    problem: str


class Record(NamedTuple):
    """What goes to Kafka for a good line. `time` is microseconds, `arrival` too, or None."""

    topic: str
    partition: int
    key: bytes
    value: bytes
    time: int
    arrival: int | None


def check(line: bytes, latest: int | None = None) -> list[Finding]:
    """Everything that is wrong with a line; nothing if it may be sent.

    `latest` is the last instant that an event without an arrival of its own may bear.
    """
    try:
        event = parse(line)
        if not isinstance(event, dict):
            return [Finding("", "must be a JSON object, one event to a line")]
        return list(_check(line, event, latest))
    except Unreadable as bad:
        return [Finding(bad.path, bad.detail)]


def _check(line: bytes, event: dict[str, object], latest: int | None) -> Iterator[Finding]:
    if len(line) > INPUT_BYTES - OVERHEAD:
        yield Finding("", f"must not exceed {INPUT_BYTES - OVERHEAD} bytes")
    if event.get("specversion", "1.0") != "1.0":
        yield Finding("specversion", 'must be "1.0"')
    for name in sorted(event.keys() - KNOWN):
        yield Finding(name, _unknown(name, KNOWN))
    yield from _kind(event.get("type"))
    row = INPUTS.get(str(event.get("type")))
    found = [] if row is None else list(_data(row.model, event.get("data")))
    yield from found
    if row is not None and not found:
        received = read(line, STRUCTURED)
        if ARRIVAL not in event and latest is not None and received.time > latest:
            yield Finding("time", "lies further ahead than workers accept; is the year right?")
    yield from _arrival(event.get(ARRIVAL))


def _kind(kind: object) -> Iterator[Finding]:
    if isinstance(kind, str) and kind not in INPUTS:
        yield Finding("type", _unknown(kind, INPUTS))
    elif not isinstance(kind, str):
        yield Finding("type", "must be the type of an input, such as commerce.purchase.paid.v1")


def _arrival(text: object) -> Iterator[Finding]:
    if text is None:
        return
    try:
        parse_instant(str(text))
    except (ValueError, OverflowError):
        yield Finding(ARRIVAL, "must be an RFC 3339 instant with an offset")


def _data(model: type[BaseModel], data: object) -> Iterator[Finding]:
    """Every finding in the data, with unknown fields refused."""
    try:
        model.model_validate({} if data is None else data, extra="forbid")
    except ValidationError as bad:
        errors = bad.errors(include_url=False, include_context=False, include_input=False)
        within = {found["loc"][:-1] for found in errors if len(found["loc"]) > 1}
        for found in errors:
            if found["type"] == "too_short" and any(
                place[: len(found["loc"])] == found["loc"] for place in within
            ):
                continue  # it counts the good items only; the bad ones are named themselves
            path = ".".join(["data", *(str(part) for part in found["loc"])])
            problem = found["msg"].removeprefix("Value error, ")
            if found["type"] == "extra_forbidden":
                problem = _unknown(str(found["loc"][-1]), fields_of(model))
            yield Finding(path, problem[:1].lower() + problem[1:])


def fields_of(model: type[BaseModel]) -> set[str]:
    """The names of all fields of a model, and of the models in it."""
    names = set(model.model_fields)
    for field in model.model_fields.values():
        for part in _parts(field.annotation):
            names |= fields_of(part)
    return names


def _parts(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _parts(part)


def _unknown(name: str, known: object) -> str:
    hint = get_close_matches(name, list(known), 1)  # type: ignore[call-overload]
    return f"unknown; did you mean {hint[0]}?" if hint else "unknown to the contract; leave it out"


def to_record(line: bytes, region: str | None, partitions: int, prefix: str = "") -> Record:
    """The record of a line that `check` found nothing in."""
    event = orjson.loads(line)
    arrival = event.pop(ARRIVAL, None)
    event.setdefault("specversion", "1.0")
    subject = normalise(event["subject"], region)
    return Record(
        prefix + INPUTS[event["type"]].topic,
        partition_of(subject, partitions),
        subject.encode(),
        orjson.dumps(event),
        parse_instant(event["time"]),
        None if arrival is None else parse_instant(arrival),
    )
