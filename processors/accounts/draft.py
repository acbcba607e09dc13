"""A decision in the making: the account as it becomes, and the record that says how.

Decisions change an account only through a draft. Whatever is put or posted is applied at once, so
later steps of the same decision see it, and is written down at once, so `evolve` finds it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec import Raw

from processors.accounts.account import Totals
from processors.accounts.assign import assign, move
from processors.accounts.origins import under
from schemas.ledger import (
    Change,
    Effect,
    Eligibility,
    Entry,
    Fired,
    Leg,
    Missed,
    Notice,
    Refusal,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from processors.accounts.account import Account
    from processors.accounts.items import Order, Parked
    from processors.decisions.verdict import Verdict
    from processors.inputs import Input
    from processors.programs.compiled import Program, Unit, Version

VALUES = msgspec.json.Encoder(order="sorted")
CLOCK = "clock"
BOOKKEEPING = frozenset({"identities", "keys", "timers", CLOCK})
"""Collections whose changes alone do not advance the member's sequence."""


class Draft:
    """What a decision has changed, posted and said so far."""

    __slots__ = (
        "account",
        "before",
        "changed",
        "decide",
        "effects",
        "eligibility",
        "elsewhere",
        "entries",
        "fired",
        "forced",
        "fresh",
        "item",
        "missed",
        "notices",
        "pass_time",
        "program",
        "refusals",
        "sent",
        "settles",
        "time",
        "version",
    )

    def __init__(
        self,
        account: Account,
        item: Input,
        program: Program,
        decide: Callable[[Draft, Input], Verdict],
        pass_time: Callable[[Draft, int], None],
    ) -> None:
        self.account = account
        self.decide = decide
        """How an input is decided; parked inputs are decided within the one they waited for."""
        self.pass_time = pass_time
        self.item = item
        self.program = program
        self.time = item.time
        self.version: Version = program.version_at(item.time)
        self.before = {unit: totals.available for unit, totals in account.totals.items()}
        self.changed: dict[tuple[str, str], Change] = {}
        self.fresh: dict[tuple[str, str], object] = {}
        """What changed since the decision was last rounded off."""
        self.entries: list[Entry] = []
        self.effects: list[Effect] = []
        self.eligibility: list[Eligibility] = []
        self.notices: list[Notice] = []
        self.refusals: list[Refusal] = []
        self.fired: list[Fired] = []
        self.missed: list[Missed] = []
        self.settles: list[str] = []
        self.forced = False
        """True when a late event replays a redemption that was accepted: it stays accepted."""
        self.sent: tuple[Effect, ...] = ()
        """What such an input did to other accounts: it stays done."""
        self.elsewhere: Mapping[str, Parked] = {}
        """What waited, and is handed over later in such a history: until then it waits on."""

    def put(self, collection: str, key: str, value: object | None) -> None:
        """Put an item of the account, or remove it (None)."""
        assign(self.account, collection, key, value)
        name = collection, key
        # The item itself in the place of its bytes: the record encodes all of them in one go.
        self.changed[name] = Change(collection, key, value)  # type: ignore[arg-type]
        self.fresh[name] = value

    def begin(self) -> None:
        """Forget what the input before has changed: the next one begins as its own draft would."""
        self.changed.clear()
        self.fresh.clear()

    def move_to(self, item: Input, time: int) -> None:
        """Go on with another input of the same account, at `time`."""
        self.item = item
        self.time = time
        self.version = self.program.version_at(time)

    def tick(self, name: str, instant: int) -> None:
        """Set one of the account's clocks (`time`, `pruned`)."""
        setattr(self.account, name, instant)
        self.changed[CLOCK, name] = Change(CLOCK, name, instant)  # type: ignore[arg-type]  # as in `put`

    def count(self, key: str, amount: int, origin: str | None = None) -> None:
        """Add to a counter; one that comes to zero is dropped.

        What is a merged member's counts as his own as well, and goes back with him.
        """
        if amount:
            self.put("counters", key, (self.account.counters.get(key, 0) + amount) or None)
        if origin is not None:
            self.count(under(origin, key), amount)

    def post(
        self,
        kind: str,
        unit: str,
        legs: tuple[Leg, ...],
        rule: str,
        *,
        reason: str | None = None,
        amount: int | None = None,
    ) -> None:
        """Write one entry and move its points. `amount` is the sum of the legs unless given."""
        if not legs:
            return
        moved = move(self.account, unit, legs)
        self.entries.append(
            Entry(moved if amount is None else amount, kind, legs, rule, unit, reason)
        )

    def totals(self, unit: str) -> Totals:
        """The unit's sums; zeros for one that nothing has touched."""
        return self.account.totals.get(unit) or Totals()

    def refuse(self, reason: str, rule: str | None = None) -> None:
        """Refuse a part of the event."""
        self.refusals.append(Refusal(reason, rule))

    def fire(self, rule: str, figures: dict[str, str | int]) -> None:
        """Note a rule that fired."""
        self.fired.append(Fired(rule, figures))

    def miss(self, rule: str, reason: str) -> None:
        """Note a rule that did not fire."""
        self.missed.append(Missed(reason, rule))

    def affect(self, kind: str, to: str, data: object, at: int | None = None) -> None:
        """Do something to another account, now or `at`. The id is set when the record is made."""
        time = self.time if at is None else at
        self.effects.append(Effect(Raw(VALUES.encode(data)), "", kind, to, time))

    def unit(self, unit: str) -> Unit:
        """The unit's definition, from the version in force."""
        return self.version.units[unit]

    def version_of(self, order: Order) -> Version:
        """The version that priced an order."""
        return self.program.by_label[order.version]

    @property
    def changes_account(self) -> bool:
        """True when the record advances the member's sequence."""
        return bool(
            self.entries
            or self.eligibility
            or self.notices
            or any(collection not in BOOKKEEPING for collection, _ in self.changed)
        )

    def changes(self) -> tuple[Change, ...]:
        """Every item that was put, with its last value, in the order of their first puts."""
        return tuple(self.changed.values())
