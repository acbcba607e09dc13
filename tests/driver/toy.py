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

from processors.accounts.assign import assign
from processors.accounts.items import Frozen
from processors.inputs import TIME_PASSED, History, Input, NeedsHistory, Step
from processors.partition import Engine
from processors.programs.compiled import Program, Redeeming, Version
from schemas.inputs.base import InputData
from schemas.intake import Received
from schemas.ledger import RECORD_VERSION, Cause, Change, Coordinates, Effect, LedgerRecord
from schemas.unreadable import DeadLetterReason, Unreadable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.accounts.account import Account
    from processors.partition.records import Headers
    from processors.programs.calendars import Calendar
    from schemas.ledger import Outcome

MINUTE = 60_000_000
DAY = 86_400_000_000
TOPIC = "toy.events.v1"
MODULUS = 1_000_003


class Toy(msgspec.Struct, frozen=True):
    """What a toy event says."""

    do: str
    amount: int = 0
    to: str = ""
    at: int = 0


class Wire(msgspec.Struct):
    """A toy event as it is sent."""

    id: str
    subject: str
    time: int
    data: Raw


TOY = msgspec.json.Decoder(Toy)
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


def toy_of(item: Input) -> Toy:
    """What a toy input says. One that was forwarded comes as bytes alone."""
    return TOY.decode(item.event)


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


class Made:
    """A toy decision in the making."""

    def __init__(self, account: Account, item: Input, program: Program) -> None:
        self.account = account
        self.item = item
        self.program = program
        self.changed: dict[tuple[str, str], object] = {}
        self.effects: list[Effect] = []

    def put(self, collection: str, key: str, value: object | None) -> None:
        """Put an item and write it down."""
        if collection == "clock":
            self.account.time = cast("int", value)
        else:
            assign(self.account, collection, key, value)
        self.changed[collection, key] = value

    def count(self, key: str, amount: int) -> None:
        """Add to a counter."""
        self.put("counters", key, self.account.counters.get(key, 0) + amount)

    def decide(self) -> None:
        """What the input does."""
        item = self.item
        if item.type == TIME_PASSED:
            for due in list(self.account.agenda[item.time]):
                key = due.split("/", 1)[1]
                self.put("timers", key, None)
                self.count("sum", 1)
        elif item.type == "toy":
            self.apply(toy_of(item))
        else:
            self.count("sum", int(item.event))

    def apply(self, toy: Toy) -> None:
        """What a toy event does."""
        if toy.do == "add":
            self.count("sum", toy.amount)
            order = self.account.counters.get("order", 0)
            self.put("counters", "order", (order * 31 + toy.amount) % MODULUS)
        elif toy.do == "give":
            self.count("sum", -toy.amount)
            self.effects.append(Effect(Raw(b"%d" % toy.amount), "", "recognition.moved", toy.to))
        elif toy.do == "timer":
            self.put("timers", self.item.id, toy.at)

    def step(self, outcome: str) -> Step:
        """The step's answer."""
        account, item = self.account, self.item
        changes = tuple(
            Change(collection, key, Raw(msgspec.json.encode(value)))
            for (collection, key), value in sorted(self.changed.items(), key=lambda pair: pair[0])
        )
        if changes:
            account.sequence += 1
        at = item.entered or item.at or Coordinates(-1, 0, item.time // 1000, "")
        record = LedgerRecord(
            cast("Outcome", outcome),
            "",
            0,
            RECORD_VERSION,
            account=account.id,
            cause=Cause(at, item.id, item.payload, item.source, item.subject, item.time, item.type),
            changes=changes,
            effects=tuple(self.effects),
            event=Raw(item.event) if item.type == "toy" else msgspec.UNSET,
            member_sequence=account.sequence if changes else None,
            program=self.program.id,
            program_version=self.program.versions[0].hash,
            source=item.at,
        )
        return Step(account, record)


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
