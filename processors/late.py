"""A late input, decided again in its place (semantics, section 9; architecture, section 10).

The account's history since its checkpoint is decided once more with the late input in it. What
was refused or redeemed stays; the late input posts its own entries, and whatever else comes out
differently is posted as a correction. The account ends as if the input had come in time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from processors.accounts.account import Account, Grant, Totals
from processors.accounts.draft import Draft
from processors.accounts.evolve import DECODERS
from processors.accounts.rewards import tell
from processors.accounts.tiers import rank_of, standing_of, tell_tier
from processors.decisions.closing import finish
from processors.inputs import TIME_PASSED, Input
from schemas.ledger import Bucket, Entry, Leg
from schemas.transfers import EVENT_DECODER
from schemas.values import identity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from processors.accounts.account import Profile
    from processors.decisions.verdict import Verdict
    from processors.inputs import History
    from schemas.ledger import Effect, Fired, LedgerRecord, Missed, Refusal

COLLECTIONS = (
    "counters",
    "grants",
    "identities",
    "keys",
    "lots",
    "marks",
    "memberships",
    "orders",
    "parked",
    "redemptions",
    "referrals",
    "reviews",
    "standings",
    "timers",
)
LEFT_BEHIND = {"reviews", "referrals"}
"""Collections in which a refused input leaves a trace."""
STAYS_REFUSED = {"refused", "duplicate", "conflicting"}
PINNED = {
    "engagement.recognition.given.v1",
    "loyalty.entitlement.used.v1",
    "loyalty.redemption.requested.v1",
    "transfer.recognition.moved",
}
"""What was accepted of these has had its effect elsewhere, and stays accepted."""
CORRECTION = "correction"
SETTLED = "settled/"
"""The first part of the rule of a refusal of what had been parked."""
FORWARD = "forward"
QUALIFIED, CANCELLED = "referral.qualified", "referral.cancelled"
REFERRAL = {QUALIFIED, CANCELLED}


def decide_late(draft: Draft, item: Input, history: History) -> tuple[Draft, Verdict]:
    """The draft and verdict of a late input. The draft's account is `draft.account`, changed."""
    account = draft.account
    again = Draft(history.checkpoint, item, draft.program, draft.decide, draft.pass_time)
    verdict, own = decide_again(again, item, history.records)
    if verdict.outcome in STAYS_REFUSED:
        # A move that may not be received still goes back.
        draft.effects = own.effects
        return draft, verdict
    again.pass_time(again, max(account.time, item.time))
    settles, refusals = _waited_for(account, again, own)
    _correct(draft, again.account, own)
    draft.effects = _new_effects(again, history)
    draft.refusals, draft.settles = own.refusals + refusals, own.settles + settles
    draft.fired, draft.missed = own.fired, own.missed
    return draft, verdict


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
        if record is not None and record.outcome in STAYS_REFUSED:
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


def _waited_for(account: Account, again: Draft, own: Own) -> tuple[list[str], list[Refusal]]:
    """What waited in the account and has its place now, after the late input: it is settled."""
    gone = account.parked.keys() - again.account.parked.keys() - set(own.settles)
    settles = sorted(name for name in gone if account.parked[name].id)
    rules = {f"{SETTLED}{account.parked[name].id}" for name in settles}
    return settles, [refusal for refusal in again.refusals if refusal.rule in rules]


def _leave_behind(again: Draft, record: LedgerRecord) -> None:
    """A refused input stays refused, and so does what it left: later ones may refer to it."""
    for change in record.changes:
        if change.collection in LEFT_BEHIND:
            value = DECODERS[change.collection].decode(change.value)
            again.put(change.collection, change.key, value)


def _in_order_of_time(
    item: Input, records: Sequence[LedgerRecord]
) -> Iterator[tuple[Input, LedgerRecord | None]]:
    """History in order of business time, then of arrival, with `item` after its equals."""
    known: list[tuple[int, int, Input, LedgerRecord | None]] = [
        (record.cause.time, place, _input_of(record), record)
        for place, record in enumerate(records)
        if record.cause is not None and record.cause.type != TIME_PASSED
    ]
    known.append((item.time, len(records), item, None))
    for _, _, current, record in sorted(known, key=lambda entry: entry[:2]):
        yield current, record


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


def _correct(draft: Draft, target: Account, own: Own) -> None:
    """Bring the draft's account to `target`: own entries, corrections, and changed items."""
    account = draft.account
    for entry in own.entries:
        draft.post(
            entry.kind,
            entry.unit,
            entry.legs,
            entry.rule,
            reason=entry.reason,
            amount=entry.amount,
        )
    for unit in sorted(target.totals.keys() | account.totals.keys()):
        now = account.totals.get(unit, Totals())
        legs = _difference(now, target.totals.get(unit, Totals()))
        change = _worth(target.totals.get(unit, Totals())) - _worth(now)
        draft.post("points.corrected", unit, legs, CORRECTION, amount=change)
    _change_items(draft, target)
    profile = _enrolled_first(account.profile, target.profile)
    if profile != account.profile:
        draft.put("profile", "", profile)
    draft.time = max(account.time, draft.time)


def _enrolled_first(was: Profile, now: Profile) -> Profile:
    """Who came first by an event that was refused is a member since then all the same."""
    if was.enrolled_at is None or (now.enrolled_at or was.enrolled_at) < was.enrolled_at:
        return now
    return msgspec.structs.replace(now, enrolled_at=was.enrolled_at)


def _worth(totals: Totals) -> int:
    return totals.available + totals.reserved - totals.debt


def _difference(now: Totals, then: Totals) -> tuple[Leg, ...]:
    """Legs that turn one state of a unit into another: what is too much goes where it lacks."""
    earned = then.earned - now.earned
    pending = then.pending - now.pending
    rest: dict[Bucket, int] = {
        "available": then.available - now.available,
        "pending": pending,
        "reserved": then.reserved - now.reserved,
        "debt": now.debt - then.debt,
        "issuer": -earned - pending,
        "redeemed": then.redeemed - now.redeemed,
        "expired": then.expired - now.expired,
    }
    assert sum(rest.values()) == 0, "a correction must balance"
    legs: list[Leg] = []
    gives = [(bucket, -amount) for bucket, amount in rest.items() if amount < 0]
    takes = [(bucket, amount) for bucket, amount in rest.items() if amount > 0]
    while gives and takes:
        (source, has), (target, lacks) = gives.pop(), takes.pop()
        moved = min(has, lacks)
        legs.append(Leg(source, target, moved))
        if has > moved:
            gives.append((source, has - moved))
        if lacks > moved:
            takes.append((target, lacks - moved))
    return tuple(legs)


def _change_items(draft: Draft, target: Account) -> None:
    """Put every item that is different, and tell what that means for rewards and tiers."""
    account = draft.account
    for collection in COLLECTIONS:
        mine: dict[str, object] = getattr(account, collection)
        theirs: dict[str, object] = getattr(target, collection)
        for key in sorted(mine.keys() | theirs.keys()):
            was, now = mine.get(key), theirs.get(key)
            if was == now or (now is None and _stays(collection, was)):
                continue
            if collection == "standings":
                _tell_tier(draft, key, target)
            draft.put(collection, key, now)
            if collection == "grants":
                _tell_grant(draft, key, was, now)


def _stays(collection: str, was: object) -> bool:
    """True for what a refusal left behind: refused inputs are not decided again."""
    if collection in {"identities", "keys"}:
        return True
    return getattr(was, "state", None) in {"refused", "ineligible"}


def _tell_tier(draft: Draft, ladder_id: str, target: Account) -> None:
    for ladder in draft.version.ladders:
        if ladder.id == ladder_id:
            was, now = standing_of(ladder, draft.account), standing_of(ladder, target)
            if rank_of(ladder, was.tier) != rank_of(ladder, now.tier):
                tell_tier(draft, ladder, was.tier, now, CORRECTION)


def _tell_grant(draft: Draft, key: str, was: object, now: object) -> None:
    if type(was) is Grant and now is None:
        tell(draft, "withdrawn", key, was, was.quantity, CORRECTION)
    elif type(now) is Grant and was is None:
        tell(draft, "gained", key, now, now.quantity, CORRECTION)


def _new_effects(again: Draft, history: History) -> list[Effect]:
    """Effects that were not sent before, and the recall of those that should not have been.

    Of a referral the last word counts: what was recalled once is not recalled again, or two
    accounts could go on telling each other for ever.
    """
    sent = [
        msgspec.structs.replace(effect, time=effect.time or record.cause.time)
        for record in history.records
        if record.cause is not None
        for effect in record.effects
    ]
    left = {_named(e) for e in sent}
    left |= {_named(e) for r in history.told for e in r.effects if e.kind == FORWARD}
    fresh = [e for e in again.effects if e.kind not in REFERRAL and _named(e) not in left]
    said, wanted = _last_words(sent), _last_words(again.effects)
    for about in [*wanted, *(about for about in said if about not in wanted)]:
        was, now = said.get(about), wanted.get(about)
        if now is not None and now.kind == QUALIFIED and (was is None or was.kind != QUALIFIED):
            fresh.append(now)
        elif was is not None and was.kind == QUALIFIED and (now is None or now.kind != QUALIFIED):
            # At the time of what it recalls, so that it comes after that wherever it is decided.
            recall = msgspec.structs.replace(was, kind=CANCELLED, id="")
            fresh.append(recall if now is None else now)
    return fresh


def _named(effect: Effect) -> tuple[str, str, object]:
    """What makes an effect the same as another. An input is sent on once, parked before or not."""
    if effect.kind == FORWARD:
        event = EVENT_DECODER.decode(effect.data)
        return effect.kind, effect.to, identity(event.source, event.id)
    return effect.kind, effect.to, bytes(effect.data)


def _last_words(effects: Sequence[Effect]) -> dict[tuple[str, bytes], Effect]:
    return {(e.to, bytes(e.data)): e for e in effects if e.kind in REFERRAL}
