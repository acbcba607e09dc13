"""History decided once more, in order of time, with a late input in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from processors.accounts.evolve import DECODERS
from processors.decisions.closing import finish, round_off
from processors.decisions.members import admit
from processors.decisions.pools import ANSWER
from processors.inputs import TIME_PASSED, Input

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from processors.accounts.draft import Draft
    from processors.decisions.verdict import Verdict
    from schemas.ledger import Effect, Entry, Fired, LedgerRecord, Missed, Refusal

LEFT_BEHIND = {"reviews", "referrals"}
"""Collections in which a refused input leaves a trace."""
STAYS_REFUSED = {"refused", "duplicate", "conflicting"}
PINNED = {
    "engagement.recognition.given.v1",
    "loyalty.entitlement.used.v1",
    "loyalty.member.unmerged.v1",
    "loyalty.redemption.requested.v1",
    "transfer.recognition.moved",
}
"""What was accepted of these has had its effect elsewhere, and stays accepted."""
ALONE_AGAIN = {"transfer.unmerge.requested", "transfer.unmerge.moved"}
"""What another account sends to a member who was merged into it, and is not any more."""
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


def decide_again(again: Draft, item: Input, records: Sequence[LedgerRecord]) -> tuple[Verdict, Own]:
    """Decide history and a late input in order of time. Answers the late one's verdict."""
    answer: tuple[Verdict, Own] | None = None
    # From the checkpoint's own time on: what came before the late input is not moved up to it.
    again.move_to(item, again.account.time)
    for current, record in _in_order_of_time(item, records):
        again.pass_time(again, current.time)
        again.move_to(current, max(current.time, again.time))
        if record is not None and record.outcome in STAYS_REFUSED and current.type != ANSWER:
            _leave_behind(again, record)
            continue
        again.forced = record is not None and current.type in PINNED
        again.sent = record.effects if record is not None and again.forced else ()
        said = _Lengths.of(again)
        verdict = again.decide(again, current)
        finish(again, current, verdict)
        if record is not None and record.outcome == "parked" and verdict.reason is not None:
            again.refuse(verdict.reason, f"{SETTLED}{current.id}")
        if current is item:
            answer = verdict, said.since(again)
        again.forced = False
    assert answer is not None, "the late input is one of those decided"
    return answer


def _leave_behind(again: Draft, record: LedgerRecord) -> None:
    """A refused input stays refused, and so does what it left: later ones may refer to it."""
    for change in record.changes:
        if change.collection == "profile":
            admit(again)
            round_off(again)
        elif change.collection in LEFT_BEHIND:
            value = DECODERS[change.collection].decode(change.value)
            again.put(change.collection, change.key, value)


def _in_order_of_time(
    item: Input, records: Sequence[LedgerRecord]
) -> Iterator[tuple[Input, LedgerRecord | None]]:
    """History in order of business time, then of arrival, with `item` after its equals.

    Who was merged into another meanwhile has had no history of his own: what comes late for then
    is decided right after he stood on his own again.
    """
    known: list[tuple[int, int, Input, LedgerRecord | None]] = []
    alone = 0
    for place, record in enumerate(records):
        if record.cause is not None and record.cause.type != TIME_PASSED:
            known.append((max(record.cause.time, alone), place, _input_of(record), record))
            if record.cause.type in ALONE_AGAIN:
                alone = max(alone, record.cause.time)
    known.append((max(item.time, alone), len(records), item, None))
    for _, _, current, decided in sorted(known, key=lambda entry: entry[:2]):
        yield current, decided


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
    )
