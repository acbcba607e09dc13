"""History decided once more, in order of time, with a late input in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from processors.accounts.account import ENCODER
from processors.accounts.evolve import DECODERS
from processors.decisions.belongings import HANDED_OVER
from processors.decisions.closing import finish, round_off
from processors.decisions.members import admit
from processors.decisions.pools import ANSWER
from processors.inputs import Input
from processors.late.sharing import contents
from schemas.transfers import EVENT_DECODER
from schemas.values import identity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.accounts.draft import Draft
    from processors.accounts.items import Parked
    from processors.decisions.verdict import Verdict
    from processors.inputs import History
    from schemas.ledger import Effect, Entry, Fired, LedgerRecord, Missed, Refusal

LEFT_BEHIND = {"reviews", "referrals"}
"""Collections in which a refused input leaves a trace."""
STAYS_REFUSED = {"refused", "duplicate", "conflicting"}
PINNED = {
    "engagement.recognition.given.v1",
    "loyalty.entitlement.used.v1",
    "loyalty.member.unmerged.v1",
    "loyalty.redemption.requested.v1",
    "transfer.merge.requested",
    "transfer.recognition.moved",
}
"""What was accepted of these has had its effect elsewhere, and stays accepted."""
FORWARD = "forward"
SETTLED = "settled/"
"""The first part of the rule of a refusal of what had been parked."""


class Own(NamedTuple):
    """What the late input itself posted and said, within the history decided again."""

    entries: list[Entry]
    refusals: list[Refusal]
    settles: list[str]
    fired: list[Fired]
    missed: list[Missed]
    effects: list[Effect]


class _Lengths(NamedTuple):
    """How much a draft had said before the late input was decided."""

    entries: int
    refusals: int
    settles: int
    fired: int
    missed: int
    effects: int

    @classmethod
    def of(cls, draft: Draft) -> _Lengths:
        """Take them now."""
        return cls(
            len(draft.entries),
            len(draft.refusals),
            len(draft.settles),
            len(draft.fired),
            len(draft.missed),
            len(draft.effects),
        )

    def since(self, draft: Draft) -> Own:
        """What came after."""
        return Own(
            draft.entries[self.entries :],
            draft.refusals[self.refusals :],
            draft.settles[self.settles :],
            draft.fired[self.fired :],
            draft.missed[self.missed :],
            draft.effects[self.effects :],
        )


def decide_again(again: Draft, item: Input, history: History) -> tuple[Verdict, Own, list[bytes]]:
    """Decide history and a late input in order of time.

    Answers the late one's verdict, and the account at each of the history's stops.
    """
    answer: tuple[Verdict, Own] | None = None
    # From the checkpoint's own time on: what came before the late input is not moved up to it.
    again.move_to(item, again.account.time)
    sent = [effect for record in history.records for effect in record.effects]
    sent_on = {_input_sent(effect) for effect in sent if effect.kind == FORWARD}
    again.sent = tuple(effect for effect in sent if effect.kind in HANDED_OVER)
    again.elsewhere = _waiting_in(again.sent)
    to_come = list(again.sent)
    passed: list[bytes] = []
    for time, index, current, record in _in_order_of_time(item, history):
        for stop in history.stops[len(passed) :]:
            if (stop.time, stop.within) > (time, index):
                break
            passed.append(_as_at(again, stop.time))
        if record is not None and identity(current.source, current.id) in sent_on:
            continue
        again.begin()
        again.pass_time(again, current.time)
        again.move_to(current, max(current.time, again.time))
        if record is not None and record.outcome in STAYS_REFUSED and current.type != ANSWER:
            _leave_behind(again, record)
            continue
        again.forced = record is not None and current.type in PINNED
        said = _Lengths.of(again)
        verdict = again.decide(again, current)
        finish(again, current, verdict)
        if record is not None and record.outcome == "parked" and verdict.reason is not None:
            again.refuse(verdict.reason, f"{SETTLED}{current.id}")
        if current is item:
            answer = verdict, said.since(again)
        again.forced = False
        if record is not None and any(effect in to_come for effect in record.effects):
            to_come = [effect for effect in to_come if effect not in record.effects]
            again.elsewhere = _waiting_in(to_come)
    assert answer is not None, "the late input is one of those decided"
    passed += [_as_at(again, stop.time) for stop in history.stops[len(passed) :]]
    return *answer, passed


def _waiting_in(handed_over: Sequence[Effect]) -> dict[str, Parked]:
    """What went along while it waited: it has its effect where it is now."""
    found: dict[str, Parked] = {}
    for effect in handed_over:
        found |= contents(effect.data).parked
    return found


def _as_at(again: Draft, time: int) -> bytes:
    """The account's JSON once all that is due by then has happened."""
    again.pass_time(again, time)
    account = again.account
    seen, account.time = account.time, time
    value = ENCODER.encode(account)
    account.time = seen
    return value


def _leave_behind(again: Draft, record: LedgerRecord) -> None:
    """A refused input stays refused, and so does what it left: later ones may refer to it."""
    for change in record.changes:
        if change.collection == "profile":
            admit(again)
            round_off(again)
        elif change.collection in LEFT_BEHIND:
            value = DECODERS[change.collection].decode(change.value)
            again.put(change.collection, change.key, value)


def _input_sent(effect: Effect) -> str:
    """Whoever has sent an input on does not decide it any more."""
    event = EVENT_DECODER.decode(effect.data)
    return identity(event.source, event.id)


def _in_order_of_time(
    item: Input, history: History
) -> list[tuple[int, int, Input, LedgerRecord | None]]:
    """History in order of business time, then of arrival, with `item` after its equals."""
    known: list[tuple[int, int, Input, LedgerRecord | None]] = [
        (at, place, _input_of(record), record)
        for place, (at, record) in enumerate(zip(history.times, history.records, strict=True))
    ]
    known.append((history.at, len(known), item, None))
    return sorted(known, key=lambda entry: entry[:2])


def _input_of(record: LedgerRecord) -> Input:
    cause = record.cause
    assert cause is not None, "history has causes"
    event = bytes(record.event) if isinstance(record.event, msgspec.Raw) else b"{}"
    return Input(
        cause.type,
        cause.source,
        cause.id,
        cause.subject,
        cause.time,
        cause.at.timestamp * 1000,
        None,
        event,
        cause.payload,
        at=None,
        entered=cause.at,
        testmode=cause.aside,
    )
