"""What every output has in common: its id, its headers, and the start of its data.

Made for each ledger record on the hot path, so the bytes are joined rather than modelled; a test
reads every output back with the strict models of the contract.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from msgspec import Struct

from schemas.values import format_instant

if TYPE_CHECKING:
    from schemas.ledger import Cause, LedgerRecord

Headers = tuple[tuple[str, bytes], ...]

BALANCES = "balances"
ELIGIBILITY = "eligibility"
NOTICES = "notices"

JSON = ("content-type", b"application/json")
TRACE = "traceparent"
"""For tracing that reads plain headers; the extension of CloudEvents says the same."""
SPECIFICATION = ("ce_specversion", b"1.0")


class Output(NamedTuple):
    """One record for an output topic, named by its role."""

    role: str
    key: bytes
    value: bytes | None
    headers: Headers


class CauseData(Struct, frozen=True, gc=False):
    """The input that an output goes back to."""

    id: str
    offset: int
    partition: int
    source: str
    topic: str
    type: str


class Start(Struct, frozen=True, gc=False):
    """The fields with which the data of every output begins."""

    cause: CauseData
    member_sequence: int
    program_id: str
    program_version: str


encode = msgspec.json.Encoder(order="deterministic").encode
"""Fields stand in alphabetical order; what is left to sort are the keys of dicts."""


def output_id(account: str, member_sequence: int, kind: str, index: int) -> str:
    """The id of an output: the same whenever, and however often, it is made."""
    name = f"{account}/{member_sequence}/{kind}/{index}"
    return blake2b(name.encode(), digest_size=16).hexdigest()


def start_of(record: LedgerRecord, cause: Cause, member_sequence: int) -> bytes:
    """The common fields as JSON, still open at the end."""
    at = cause.at
    start = Start(
        CauseData(cause.id, at.offset, at.partition, cause.source, at.topic, cause.type),
        member_sequence,
        record.program or "",
        record.program_version or "",
    )
    return encode(start)[:-1]


def headers_of(
    record: LedgerRecord, cause: Cause, member_sequence: int, kind: str, index: int
) -> Headers:
    """The attributes of a binary CloudEvent."""
    account = record.account or ""
    source, type_ = _same_for_all(record.program, kind)
    trace = cause.w3c_traceparent
    return (
        JSON,
        SPECIFICATION,
        ("ce_id", output_id(account, member_sequence, kind, index).encode()),
        source,
        ("ce_subject", account.encode()),
        ("ce_time", format_instant(cause.time).encode()),
        type_,
        *(() if trace is None else (("ce_traceparent", trace.encode()), (TRACE, trace.encode()))),
    )


@lru_cache
def _same_for_all(program: str | None, kind: str) -> tuple[tuple[str, bytes], tuple[str, bytes]]:
    return ("ce_source", f"loyalty/{program}".encode()), ("ce_type", kind.encode())
