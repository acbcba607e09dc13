"""A late input: what it posts itself, and the corrections of all that follows from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.accounts.draft import Draft
from processors.decisions.belongings import HANDED_OVER
from processors.decisions.pools import ANSWER, all_asked
from processors.decisions.verdict import ACCEPTED
from processors.late.again import SETTLED, STAYS_REFUSED, Own, decide_again
from processors.late.corrections import correct, moved_away
from processors.late.effects import new_effects
from processors.late.sharing import (
    brought,
    contents,
    handed_over,
    held,
    tell_pools,
    together,
)
from schemas.values import identity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.accounts.account import Account
    from processors.decisions.verdict import Verdict
    from processors.inputs import History, Input
    from schemas.ledger import Refusal


def decide_late(
    draft: Draft, item: Input, history: History
) -> tuple[Verdict, Sequence[bytes] | None]:
    """The verdict on a late input, and the account at the history's stops. Changes the draft.

    None where states on the way stay as they were: what is refused takes no place in them.
    """
    account = draft.account
    again = Draft(history.checkpoint, item, draft.program, draft.decide, draft.pass_time)
    verdict, own, passed = decide_again(again, item, history)
    if verdict.outcome in STAYS_REFUSED:
        # A move that may not be received still goes back.
        draft.effects = own.effects
        return verdict, passed if item.type == ANSWER else None
    again.pass_time(again, max(account.time, item.time))
    name, ended = identity(item.source, item.id), _refused_since(again, item)
    if verdict.outcome == "parked" and name not in again.account.parked and not ended:
        verdict = ACCEPTED  # what it waited for has come since its time, and it was taken then
    settles, refusals = _waited_for(account, again, own)
    was, waits = together(held(draft), brought(item, draft.program)), all_asked(account)
    correct(draft, again.account, own, _moved(again, own, history))
    fresh = new_effects(again, history, waits)
    left = handed_over(fresh, draft.program)
    draft.effects = []
    # What is given back is there for what is asked anew.
    tell_pools(draft, was, together(held(again), left))
    draft.effects += fresh
    draft.refusals = own.refusals + refusals
    draft.settles = own.settles + settles
    if verdict.outcome == "parked" and ended:
        draft.refusals += ended
        draft.settles.append(name)
    draft.fired, draft.missed = own.fired, own.missed
    return verdict, passed


def _moved(again: Draft, own: Own, history: History) -> dict[str, int]:
    """What history decided again moves beyond what had been moved, besides the late input's own."""
    before = [entry for record in history.records for entry in record.entries]
    was, now = moved_away([*before, *own.entries]), moved_away(again.entries)
    return {unit: now.get(unit, 0) - was.get(unit, 0) for unit in now.keys() | was.keys()}


def _refused_since(again: Draft, item: Input) -> list[Refusal]:
    """How a late input that waited was refused, by what came since its time or for lack of it."""
    return [refusal for refusal in again.refusals if refusal.rule == f"{SETTLED}{item.id}"]


def _waited_for(account: Account, again: Draft, own: Own) -> tuple[list[str], list[Refusal]]:
    """What waited in the account and has its place now, after the late input: it is settled."""
    gone = account.parked.keys() - again.account.parked.keys() - set(own.settles)
    for effect in own.effects:
        if effect.kind in HANDED_OVER:
            # It goes on waiting where it is now.
            gone -= contents(effect.data).parked.keys()
    settles = sorted(name for name in gone if account.parked[name].id)
    rules = {f"{SETTLED}{account.parked[name].id}" for name in settles}
    return settles, [refusal for refusal in again.refusals if refusal.rule in rules]
