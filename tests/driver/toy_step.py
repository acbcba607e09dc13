"""Toy decisions in the making: what a toy event says, and what it does to an account."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import msgspec
from msgspec import Raw

from processors.accounts.assign import assign
from processors.inputs import TIME_PASSED, Input, Step
from schemas.ledger import RECORD_VERSION, Cause, Change, Coordinates, Effect, LedgerRecord

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.accounts.account import Account
    from processors.programs.compiled import Program
    from schemas.ledger import Outcome

MODULUS = 1_000_003


class Toy(msgspec.Struct, frozen=True):
    """What a toy event says."""

    do: str
    amount: int = 0
    to: str = ""
    at: int = 0


TOY = msgspec.json.Decoder(Toy)


def toy_of(item: Input) -> Toy:
    """What a toy input says. One that was forwarded comes as bytes alone."""
    return TOY.decode(item.event)


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

    def step(self, outcome: str, passed: Sequence[bytes] | None = None) -> Step:
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
        return Step(account, record, passed)
