"""A toy engine for tests of the fold: it counts, hands on, and lets timers ring.

Every account has a counter `sum`. `add` adds to it; `give` takes from it and sends the amount to
another account; `timer` adds when its instant comes. The counter `order` remembers the history of
adds as a number, so a late event that is not decided in its place leaves another account.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, cast

import msgspec
from msgspec import Raw

from processors.accounts.account import ENCODER
from processors.accounts.items import Frozen
from processors.inputs import PROGRAM_CHANGED, History, Input, NeedsHistory, Step
from processors.partition import Engine
from processors.programs.compiled import Program, Redeeming, Version
from schemas.inputs.base import InputData
from schemas.intake import Received
from schemas.unreadable import DeadLetterReason, Unreadable
from tests.driver.toy_step import MODULUS, TOY, Made, toy_of

if TYPE_CHECKING:
    from processors.accounts.account import Account
    from processors.partition.records import Headers
    from processors.programs.calendars import Calendar
    from schemas.ledger import LedgerRecord

MINUTE = 60_000_000
DAY = 86_400_000_000
TOPIC = "toy.events.v1"


class Wire(msgspec.Struct):
    """A toy event as it is sent."""

    id: str
    subject: str
    time: int
    data: Raw


WIRE = msgspec.json.Decoder(Wire)


def event(name: str, subject: str, time: int, do: str, **data: str | int) -> bytes:
    """The bytes of a toy event."""
    return msgspec.json.encode(
        {"id": name, "subject": subject, "time": time, "data": {"do": do, **data}}
    )


def read(value: bytes | None, _headers: Headers) -> Received:
    """A toy event, or `Unreadable`."""
    try:
        wire = WIRE.decode(value or b"")
        TOY.decode(wire.data)
    except msgspec.DecodeError as error:
        raise Unreadable(DeadLetterReason.INVALID_JSON, "decode", "", str(error)) from error
    payload = blake2b(value or b"", digest_size=16).hexdigest()
    return Received(
        "toy", "t", wire.id, wire.subject, wire.time, InputData(), bytes(wire.data), payload
    )


def step(
    account: Account, item: Input, program: Program, history: History | None = None
) -> Step | NeedsHistory:
    """Decide a toy input."""
    known = item.id in account.identities
    if history is None and not known and _is_add(item) and item.time < account.time:
        return NeedsHistory(account.id)
    made = Made(account, item, program)
    if item.type == PROGRAM_CHANGED:
        return made.step("accepted")
    passed: list[bytes] | None = None
    if known and item.type == "toy":
        return made.step("duplicate")
    if history is not None:
        if item.time < history.checkpoint.time:
            return made.step("refused")
        order, passed = _again(history, item)
        made.count("order", order - account.counters.get("order", 0))
        made.count("sum", toy_of(item).amount)
    else:
        made.decide()
        made.put("clock", "time", max(account.time, item.time))
    if item.type == "toy":
        made.put("identities", item.id, ("", item.time))
    return made.step("accepted", passed)


def _is_add(item: Input) -> bool:
    return item.type == "toy" and toy_of(item).do == "add"


def _again(history: History, late: Input) -> tuple[int, list[bytes]]:
    """The order that comes of all adds since the checkpoint, the late one in its place."""
    adds = [
        (record.cause.time, index, TOY.decode(cast("Raw", record.event)))
        for index, record in enumerate(history.records)
        if record.cause is not None and record.outcome == "accepted"
    ]
    adds.append((late.time, len(history.records), toy_of(late)))
    account = history.checkpoint
    passed: list[bytes] = []
    for time, index, add in sorted(adds, key=lambda add: add[:2]):
        ahead = history.stops[len(passed) :]
        passed += [_as_at(account, stop.time) for stop in ahead if stop[:2] <= (time, index)]
        if add.do == "add":
            order = account.counters.get("order", 0)
            account.counters["order"] = (order * 31 + add.amount) % MODULUS
    passed += [_as_at(account, stop.time) for stop in history.stops[len(passed) :]]
    return account.counters.get("order", 0), passed


def _as_at(account: Account, time: int) -> bytes:
    account.time = time
    return ENCODER.encode(account)


def outputs(record: LedgerRecord) -> list[tuple[str, bytes, bytes | None, Headers]]:
    """One balance for each record that has a member sequence."""
    name = (record.account or "").encode()
    return [("balances", name, b"%d" % (record.member_sequence or 0), ())]


def program(horizon_days: int = 30, version: str = "hash-1") -> Program:
    """A program that no toy decision asks anything."""
    made = Version(
        id="v1",
        hash=version,
        effective_from=0,
        retroactive=False,
        units={},
        currencies=None,
        enrolment="implicit",
        rules={},
        freeze=lambda _order, _account: Frozen(),
        price=lambda _order: ([], []),
        limits=lambda _order, _account: [],
        ladders=(),
        rewards={},
        redeeming=Redeeming(),
        refund_mode="none",
        refund_custom="spread",
        refund_horizon_days=1,
        negative="carry",
    )
    calendar = cast("Calendar", None)
    return Program("toy", calendar, (made,), horizon_days, 30, 30)


def engine(horizon_days: int = 30, version: str = "hash-1") -> Engine:
    """The toy engine."""
    return Engine(
        program=program(horizon_days, version),
        step=step,
        read=read,
        account_of=str,
        outputs=outputs,
        decode=lambda _kind, data: msgspec.json.decode(data),
        whole=0,
        listed=0,
    )
