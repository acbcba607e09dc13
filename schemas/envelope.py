"""CloudEvents 1.0 over Kafka: structured and binary, read and written.

The mode follows from the start of the content type, whatever its case. No batch mode.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.strictjson import parse
from schemas.unreadable import DeadLetterReason, Unreadable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

VERSION = "1.0"
STRUCTURED = b"application/cloudevents"
BATCH = b"application/cloudevents-batch"
REQUIRED = ("id", "source", "type", "time", "subject")
EXTENSIONS = ("program", "testmode", "traceparent", "correlationid")


def open_envelope(
    value: bytes | None, headers: Sequence[tuple[str, bytes]]
) -> tuple[dict[str, object], object]:
    """The event's attributes and its data, both unvalidated. Raises Unreadable."""
    if value is None:
        raise Unreadable(DeadLetterReason.NULL_VALUE, "envelope", "", "a value is required")
    content_type = b""
    binary = False
    for name, content in headers:
        lowered = name.lower()
        if lowered == "content-type":
            content_type = content
        elif lowered == "ce_specversion":
            binary = True
    kind = content_type.lower()
    if kind.startswith(STRUCTURED):
        if kind.startswith(BATCH):
            raise Unreadable(
                DeadLetterReason.BAD_ENVELOPE, "envelope", "content-type", "batches are not read"
            )
        binary = False
    if binary:
        return _known(_attributes(headers)), parse(value)
    event = parse(value)
    if not isinstance(event, dict):
        raise Unreadable(DeadLetterReason.BAD_ENVELOPE, "envelope", "", "must be a JSON object")
    return _known(event), event.get("data")


def _known(attributes: dict[str, object]) -> dict[str, object]:
    """The attributes, of the one version of CloudEvents that is read; absent means that one."""
    if attributes.get("specversion", VERSION) != VERSION:
        raise Unreadable(
            DeadLetterReason.BAD_ENVELOPE, "envelope", "specversion", f'must be "{VERSION}"'
        )
    return attributes


def _attributes(headers: Sequence[tuple[str, bytes]]) -> dict[str, object]:
    attributes: dict[str, object] = {}
    for name, content in headers:
        lowered = name.lower()
        if lowered.startswith("ce_"):
            try:
                attributes[lowered[3:]] = content.decode()
            except UnicodeDecodeError:
                raise Unreadable(
                    DeadLetterReason.BAD_ENCODING, "envelope", lowered, "must be UTF-8"
                ) from None
    return attributes


def binary_headers(attributes: Mapping[str, str]) -> list[tuple[str, bytes]]:
    """The headers of an event in binary mode, with JSON data."""
    headers = [("content-type", b"application/json"), ("ce_specversion", VERSION.encode())]
    headers += [(f"ce_{name}", attributes[name].encode()) for name in sorted(attributes)]
    return headers
