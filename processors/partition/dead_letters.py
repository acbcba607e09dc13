"""Records for inputs that cannot be read: the original as it came, and why it was set aside."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from processors.partition.records import Outgoing
from schemas.unreadable import DeadLetterReason, Unreadable
from schemas.values import digest

if TYPE_CHECKING:
    from processors.partition.records import Fetched

MAX_VALUE_BYTES = 8_000_000
"""Beyond this an original stays where it is, and the dead letter refers to it."""
STREAMS, OURS = "__streams.errors.", "loyalty.dlq."
ATTEMPT = "loyalty.dlq.attempt"
CARRIED = (ATTEMPT, "loyalty.dlq.retried_by", "loyalty.dlq.retried_why")
"""What a retry says. Any other header that looks like ours was made up by somebody."""
NUMBER = re.compile(rb"[1-9][0-9]{0,8}")


class Fault(NamedTuple):
    """Why an input is a dead letter: a closed reason, where it failed, and the offending path."""

    reason: DeadLetterReason
    stage: str
    path: str
    detail: str


TOO_EARLY = Fault(
    DeadLetterReason.FUTURE_TIME, "intake", "time", "lies too far ahead of the record's arrival"
)


def fault_of(bad: Unreadable) -> Fault:
    """Why it cannot be read."""
    return Fault(bad.reason, bad.stage, bad.path, bad.detail)


def fingerprint(value: bytes | None) -> str:
    """Hash of the original bytes; of no bytes for a record without a value."""
    return digest(value or b"")


def dead_letter(fetched: Fetched, fault: Fault, program_version: str) -> Outgoing:
    """The original key, value and headers, and ours behind them.

    The value is left out where it is too large, and then named by its coordinates and hash.
    """
    value = fetched.value
    added = [
        ("__streams.errors.exception", "Unreadable"),
        ("__streams.errors.message", fault.detail),
        ("__streams.errors.topic", fetched.topic),
        ("__streams.errors.partition", str(fetched.partition)),
        ("__streams.errors.offset", str(fetched.offset)),
        ("loyalty.dlq.reason", fault.reason),
        ("loyalty.dlq.stage", fault.stage),
        ("loyalty.dlq.path", fault.path),
        ("loyalty.dlq.timestamp", str(fetched.timestamp)),
        ("loyalty.dlq.program_version", program_version),
    ]
    came = [one for one in fetched.headers if _is_theirs(*one)]
    if not any(name == ATTEMPT for name, _ in came):
        added.append((ATTEMPT, "1"))
    if value is not None and len(value) > MAX_VALUE_BYTES:
        added.append(("loyalty.dlq.value", f"by-reference {len(value)} {fingerprint(value)}"))
        value = None
    ours = [(name, text.encode()) for name, text in added]
    return Outgoing(fetched.partition, fetched.key, value, [*came, *ours])


def _is_theirs(name: str, content: bytes) -> bool:
    if name == ATTEMPT:
        return NUMBER.fullmatch(content) is not None
    return name in CARRIED or not name.startswith((STREAMS, OURS))
