"""Which controller leads the quorum: asked in Kafka's own words, for the client has none for it."""

from __future__ import annotations

import socket
from struct import Struct

TOPIC = b"__cluster_metadata"
HEAD = Struct(">hhih")
"""Api key, api version, correlation id, and the length of the client's name: none."""
DESCRIBE_QUORUM, QUESTION = 55, 0x10A17E
NO_TAGS, ONE = b"\x00", b"\x02"
"""Lengths are written with one added."""
LEADER = Struct(">i")
LEADER_AT = 34
"""In the answer, after its length."""
MOST_ANSWER = 4096


def controller(host: str, port: int, seconds: float = 5.0) -> int:
    """The id of the controller that leads. Raises OSError where nobody answers."""
    name = bytes([len(TOPIC) + 1]) + TOPIC
    topic = name + ONE + LEADER.pack(0) + NO_TAGS + NO_TAGS
    question = HEAD.pack(DESCRIBE_QUORUM, 0, QUESTION, -1) + NO_TAGS + ONE + topic + NO_TAGS
    with socket.create_connection((host, port), seconds) as line:
        line.settimeout(seconds)
        line.sendall(LEADER.pack(len(question)) + question)
        answer = line.recv(MOST_ANSWER)[LEADER.size :]
    if len(answer) < LEADER_AT + LEADER.size:
        raise ConnectionError("the quorum was not described")
    (leader,) = LEADER.unpack_from(answer, LEADER_AT)
    return int(leader)
