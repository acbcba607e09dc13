"""History decided once more, in order of time, with a late input in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from processors.accounts.evolve import DECODERS
from processors.decisions.belongings import DECODER as BELONGINGS
from processors.decisions.closing import finish, round_off
from processors.decisions.members import admit
from processors.decisions.pools import ANSWER
from processors.inputs import TIME_PASSED, Input
from schemas.transfers import CONTENT_DECODER, EVENT_DECODER
from schemas.values import identity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

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
    "transfer.merge.requested",
    "transfer.recognition.moved",
}
"""What was accepted of these has had its effect elsewhere, and stays accepted."""
ALONE_AGAIN = {"transfer.unmerge.requested", "transfer.unmerge.moved"}
"""What another account sends to a member who was merged into it, and is not any more."""
TAKEN_OVER = "transfer.merge.moved"
REFER = {
    "commerce.purchase.paid.v1",
    "commerce.purchase.shipped.v1",
    "commerce.purchase.delivered.v1",
    "commerce.purchase.cancelled.v1",
    "commerce.purchase.refunded.v1",
    "commerce.purchase.edited.v1",
    "engagement.review.approved.v1",
    "engagement.review.rejected.v1",
    "engagement.review.removed.v1",
    "engagement.review.edited.v1",
    "loyalty.entitlement.used.v1",
    "loyalty.membership.cancelled.v1",
    "loyalty.membership.lapsed.v1",
    "loyalty.redemption.committed.v1",
    "loyalty.redemption.released.v1",
    "loyalty.redemption.reversed.v1",
}
"""Inputs that bring nothing of their own: they refer to what there is."""
FORWARD, HANDED_OVER = "forward", {"merge.moved", "unmerge.moved"}
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
    sent_on = {_input_sent(e) for r in records for e in r.effects if e.kind == FORWARD}
    again.sent = tuple(e for r in records for e in r.effects if e.kind in HANDED_OVER)
    for current, record in _in_order_of_time(item, records):
        if record is not None and identity(current.source, current.id) in sent_on:
            continue
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


def _input_sent(effect: Effect) -> str:
    """Whoever has sent an input on does not decide it any more."""
    event = EVENT_DECODER.decode(effect.data)
    return identity(event.source, event.id)


def _in_order_of_time(
    item: Input, records: Sequence[LedgerRecord]
) -> Iterator[tuple[Input, LedgerRecord | None]]:
    """History in order of business time, then of arrival, with `item` after its equals.

    Who was merged into another meanwhile has had no history of his own: what comes late for then
    is decided right after he stood on his own again. And what refers to something that came with
    a merged member is decided when that was there.
    """
    known: list[tuple[int, int, Input, LedgerRecord | None]] = []
    alone = 0
    came: dict[str, int] = {}
    for place, record in enumerate(records):
        cause = record.cause
        if cause is not None and cause.type != TIME_PASSED:
            at = max(cause.time, alone, _there(came, cause.subject, cause.type))
            known.append((at, place, _input_of(record), record))
            if cause.type in ALONE_AGAIN:
                alone = max(alone, cause.time)
            if cause.type == TAKEN_OVER:
                came |= dict.fromkeys(_brought(record), cause.time)
    at = max(item.time, alone, _there(came, item.subject, item.type))
    known.append((at, len(records), item, None))
    for _, _, current, decided in sorted(known, key=lambda entry: entry[:2]):
        yield current, decided


def _there(came: Mapping[str, int], subject: str, kind: str) -> int:
    return came.get(subject, 0) if kind in REFER else 0


def _brought(record: LedgerRecord) -> Iterable[str]:
    """The members whose belongings a record took over."""
    event = record.event
    assert isinstance(event, msgspec.Raw), "a merge has content"
    moved = CONTENT_DECODER.decode(event)
    return (moved.member, *BELONGINGS.decode(moved.content).members)


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
