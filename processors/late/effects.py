"""Effects on other accounts that a late input brings, or takes back."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from processors.decisions.pools import asked
from schemas.transfers import EVENT_DECODER, PoolClaim
from schemas.values import identity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from processors.accounts.draft import Draft
    from processors.inputs import History
    from schemas.ledger import Effect

FORWARD = "forward"
QUALIFIED, CANCELLED = "referral.qualified", "referral.cancelled"
REFERRAL = {QUALIFIED, CANCELLED}
CLAIM = msgspec.json.Decoder(PoolClaim)
CLAIMED, RETURNED = "pool.claimed", "pool.returned"
OTHERWISE = {*REFERRAL, CLAIMED, RETURNED}
"""Told apart otherwise than by their words; what is returned to pools follows from `sharing`."""


def new_effects(again: Draft, history: History, waits: Mapping[str, int]) -> list[Effect]:
    """Effects that were not sent before, and the recall of those that should not have been.

    Of a referral the last word counts: what was recalled once is not recalled again, or two
    accounts could go on telling each other for ever. `waits`: what is asked of pools so far, by
    claim.
    """
    sent = [
        msgspec.structs.replace(effect, time=effect.time or record.cause.time)
        for record in history.records
        if record.cause is not None
        for effect in record.effects
    ]
    left = {_named(e) for e in sent}
    if any(e.kind == FORWARD for e in again.effects):
        left |= {_named(e) for r in history.told for e in r.effects if e.kind == FORWARD}
    fresh = [e for e in again.effects if e.kind not in OTHERWISE and _named(e) not in left]
    fresh += _claims(again, sent, waits)
    said, wanted = _last_words(sent), _last_words(again.effects)
    begun = {(e.to, bytes(e.data)) for e in again.effects if e.kind == QUALIFIED}
    for about in [*wanted, *(about for about in said if about not in wanted)]:
        was, now = said.get(about), wanted.get(about)
        if now is not None and now.kind == QUALIFIED and (was is None or was.kind != QUALIFIED):
            fresh.append(now)
        elif now is not None and was is None and about not in begun:
            # It qualified before this history begins, and was told then.
            fresh.append(now)
        elif was is not None and was.kind == QUALIFIED and (now is None or now.kind != QUALIFIED):
            # At the time of what it recalls, so that it comes after that wherever it is decided.
            recall = msgspec.structs.replace(was, kind=CANCELLED, id="")
            fresh.append(recall if now is None else now)
    return fresh


def _claims(again: Draft, sent: Sequence[Effect], waits: Mapping[str, int]) -> list[Effect]:
    """Claims on what members share, beyond those sent: one may be made twice, in equal words."""
    left = Counter(_claim(effect) for effect in sent if effect.kind == CLAIMED)
    coming = Counter(waits)
    made = [effect for effect in again.effects if effect.kind == CLAIMED]
    fresh: list[Effect] = []
    for effect in made:
        claim = _claim(effect)
        left[claim] -= 1
        if left[claim] < 0:
            coming[claim[1]] += claim[2]
            fresh.append(effect)
    # One that is made later now than its answer came waits for another.
    for effect in reversed(made):
        _, name, amount = _claim(effect)
        if coming[name] < asked(again, name):
            coming[name] += amount
            fresh.append(effect)
    return fresh


def _claim(effect: Effect) -> tuple[str, str, int]:
    claim = CLAIM.decode(effect.data)
    return effect.to, claim.claim, claim.asked


def _named(effect: Effect) -> tuple[str, str, object]:
    """What makes an effect the same as another. An input is sent on once, parked before or not."""
    if effect.kind == FORWARD:
        event = EVENT_DECODER.decode(effect.data)
        return effect.kind, effect.to, identity(event.source, event.id)
    return effect.kind, effect.to, bytes(effect.data)


def _last_words(effects: Sequence[Effect]) -> dict[tuple[str, bytes], Effect]:
    return {(e.to, bytes(e.data)): e for e in effects if e.kind in REFERRAL}
