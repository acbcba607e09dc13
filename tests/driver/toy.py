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

from processors.accounts.items import Frozen
from processors.inputs import History, Input, NeedsHistory, Step
from processors.partition import Engine
from processors.programs.compiled import Program, Redeeming, Version
from schemas.inputs.base import InputData
from schemas.intake import Received
from schemas.unreadable import DeadLetterReason, Unreadable
from tests.driver.toy_step import MODULUS, TOY, Made, toy_of

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    if known and item.type == "toy":
        return made.step("duplicate")
    if history is not None:
        if item.time < history.checkpoint.time:
            return made.step("refused")
        made.count("order", _again(history, item) - account.counters.get("order", 0))
        made.count("sum", toy_of(item).amount)
    else:
        made.decide()
        made.put("clock", "time", max(account.time, item.time))
    if item.type == "toy":
        made.put("identities", item.id, ("", item.time))
    return made.step("accepted")


def refold(
    checkpoint: Account,
    item: Input,
    records: Sequence[LedgerRecord],
    _program: Program,
    until: int,
) -> Account:
    """A checkpoint with adds on top of it, as at an instant."""
    checkpoint.counters["order"] = _again(History(checkpoint, records), item)
    checkpoint.time = until
    return checkpoint


def _is_add(item: Input) -> bool:
    return item.type == "toy" and toy_of(item).do == "add"


def _again(history: History, late: Input) -> int:
    """The order that comes of all adds since the checkpoint, the late one in its place."""
    adds = [
        (record.cause.time, TOY.decode(cast("Raw", record.event)))
        for record in history.records
        if record.cause is not None and record.outcome == "accepted"
    ]
    adds.append((late.time, toy_of(late)))
    total = history.checkpoint.counters.get("order", 0)
    for _, add in sorted(adds, key=lambda pair: pair[0]):
        if add.do == "add":
            total = (total * 31 + add.amount) % MODULUS
    return total


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
        refold=refold,
        read=read,
        account_of=str,
        outputs=outputs,
        whole=0,
    )
