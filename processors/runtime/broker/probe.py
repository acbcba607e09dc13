"""Is it a broker, and does it serve? Asked in Kafka's own words; a port that listens is not enough.

A client that dials a free port can also meet itself: then the answer is the question.
"""

from __future__ import annotations

import socket
from struct import Struct

API_VERSIONS = 18
HEAD = Struct(">ihhih")
"""Length, api key, api version, correlation id, and the length of the client's name: none."""
ANSWER = Struct(">iih")
"""Length, correlation id, error code."""
QUESTION = 0x10A17E
MOST_ANSWER = 1 << 20


def serves(host: str, port: int, seconds: float = 2.0) -> bool:
    """True when a broker answers ApiVersions there, without an error."""
    size = HEAD.size - 4
    try:
        with socket.create_connection((host, port), seconds) as line:
            line.settimeout(seconds)
            line.sendall(HEAD.pack(size, API_VERSIONS, 0, QUESTION, -1))
            answer = _take(line, ANSWER.size)
    except OSError:
        return False
    if len(answer) < ANSWER.size:
        return False
    length, question, error = map(int, ANSWER.unpack(answer))
    return question == QUESTION and error == 0 and size < length < MOST_ANSWER


def _take(line: socket.socket, size: int) -> bytes:
    taken = b""
    while len(taken) < size:
        more = line.recv(size - len(taken))
        if not more:
            break
        taken += more
    return taken
