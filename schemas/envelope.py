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
HEADERS = {f"ce_{name}": name for name in ("specversion", *REQUIRED, *EXTENSIONS)}
"""The headers of binary mode that are read; of others nothing is asked."""


def open_envelope(
    value: bytes | None, headers: Sequence[tuple[str, bytes]]
) -> tuple[dict[str, object], object]:
    """The event's attributes and its data, both unvalidated. Raises Unreadable."""
    if value is None:
        raise Unreadable(DeadLetterReason.NULL_VALUE, "envelope", "", "a value is required")
    said = _said(headers)
    binary = "ce_specversion" in said
    kind = said.get("content-type", b"").lower()
    if kind.startswith(STRUCTURED):
        if kind.startswith(BATCH):
            raise Unreadable(
                DeadLetterReason.BAD_ENVELOPE, "envelope", "content-type", "batches are not read"
            )
        binary = False
    if binary:
        return _known(_attributes(said)), parse(value)
    event = parse(value)
    if not isinstance(event, dict):
        raise Unreadable(DeadLetterReason.BAD_ENVELOPE, "envelope", "", "must be a JSON object")
    if "data_base64" in event:
        raise Unreadable(
            DeadLetterReason.BAD_ENVELOPE, "envelope", "data_base64", "must be data, as JSON"
        )
    return _known(event), event.get("data")


def _known(attributes: dict[str, object]) -> dict[str, object]:
    """The attributes, of the one version of CloudEvents that is read; absent means that one."""
    if attributes.get("specversion", VERSION) != VERSION:
        raise Unreadable(
            DeadLetterReason.BAD_ENVELOPE, "envelope", "specversion", f'must be "{VERSION}"'
        )
    return attributes


def _said(headers: Sequence[tuple[str, bytes]]) -> dict[str, bytes]:
    """The headers that are read, by name. Raises Unreadable if one says two different things."""
    said: dict[str, bytes] = {}
    for name, content in headers:
        lowered = name.lower()
        if lowered not in HEADERS and lowered != "content-type":
            continue
        if said.setdefault(lowered, content) != content:
            raise Unreadable(
                DeadLetterReason.DUPLICATE_KEY, "envelope", lowered, "must not say two things"
            )
    return said


def _attributes(said: Mapping[str, bytes]) -> dict[str, object]:
    attributes: dict[str, object] = {}
    for header, content in said.items():
        if header not in HEADERS:
            continue
        try:
            attributes[HEADERS[header]] = content.decode()
        except UnicodeDecodeError:
            raise Unreadable(
                DeadLetterReason.BAD_ENCODING, "envelope", header, "must be UTF-8"
            ) from None
    return attributes


def binary_headers(attributes: Mapping[str, str]) -> list[tuple[str, bytes]]:
    """The headers of an event in binary mode, with JSON data."""
    headers = [("content-type", b"application/json"), ("ce_specversion", VERSION.encode())]
    headers += [(f"ce_{name}", attributes[name].encode()) for name in sorted(attributes)]
    return headers
