"""Kafka's protocol, as far as aiokafka speaks it: its own forms, in the versions that it sends."""

from __future__ import annotations

import struct
from io import BytesIO
from typing import TYPE_CHECKING, Any

from aiokafka.protocol.admin import ApiVersionRequest
from aiokafka.protocol.commit import OffsetCommitRequest, OffsetFetchRequest
from aiokafka.protocol.coordination import FindCoordinatorRequest
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.protocol.group import (
    HeartbeatRequest,
    JoinGroupRequest,
    LeaveGroupRequest,
    SyncGroupRequest,
)
from aiokafka.protocol.metadata import MetadataRequest
from aiokafka.protocol.offset import OffsetRequest
from aiokafka.protocol.produce import ProduceRequest
from aiokafka.protocol.transaction import (
    AddOffsetsToTxnRequest,
    AddPartitionsToTxnRequest,
    EndTxnRequest,
    InitProducerIdRequest,
    TxnOffsetCommitRequest,
)

if TYPE_CHECKING:
    from aiokafka.protocol.api import Request

OK = 0
HEAD = struct.Struct(">hhih")
COORDINATED = {"InitProducerId", "AddPartitionsToTxn", "AddOffsetsToTxn", "EndTxn"}
GROUPED = {"JoinGroup", "SyncGroup", "Heartbeat", "LeaveGroup", "OffsetCommit", "OffsetFetch"}
GROUPED |= {"TxnOffsetCommit"}
SPOKEN: tuple[type[Request[Any]], ...] = (
    AddOffsetsToTxnRequest,
    AddPartitionsToTxnRequest,
    ApiVersionRequest,
    EndTxnRequest,
    FetchRequest,
    FindCoordinatorRequest,
    HeartbeatRequest,
    InitProducerIdRequest,
    JoinGroupRequest,
    LeaveGroupRequest,
    MetadataRequest,
    OffsetCommitRequest,
    OffsetFetchRequest,
    OffsetRequest,
    ProduceRequest,
    SyncGroupRequest,
    TxnOffsetCommitRequest,
)
KINDS: dict[int, str] = {one.API_KEY: one.__name__.removesuffix("Request") for one in SPOKEN}
FORMS: dict[tuple[int, int], Any] = {
    (one.API_KEY, version.API_VERSION): version for one in SPOKEN for version in one._CLASSES
}
VERSIONS = [
    (
        one.API_KEY,
        min(v.API_VERSION for v in one._CLASSES),
        max(v.API_VERSION for v in one._CLASSES),
    )
    for one in SPOKEN
]


def decoded(data: bytes) -> tuple[int, str, Any]:
    """A request: its number, its kind, and what it says."""
    key, version, number, size = HEAD.unpack_from(data)
    body = BytesIO(data)
    body.seek(HEAD.size + max(size, 0))
    return number, KINDS[key], FORMS[key, version].decode(body)


def encoded(number: int, request: Any, answer: Any) -> bytes:
    """The answer to a request, with its length before it."""
    payload: bytes = struct.pack(">i", number) + request.RESPONSE_TYPE(*answer).encode()
    return struct.pack(">i", len(payload)) + payload
