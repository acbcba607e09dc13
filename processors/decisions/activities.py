"""Activities that earn or count, and answers to surveys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from processors.accounts.counting import watch_window
from processors.accounts.items import Frozen, Order
from processors.accounts.lasting import renew
from processors.accounts.lots import Origin, merged_subject
from processors.accounts.rewards import follow_tiers, grant
from processors.accounts.standings import counter_key
from processors.accounts.tiers import raise_tier
from processors.decisions.caps import earn_within
from processors.decisions.conversions import convert
from processors.decisions.milestones import done_key
from processors.decisions.verdict import ACCEPTED, Verdict
from schemas.ledger import Missed
from schemas.values import parse_amount

if TYPE_CHECKING:
    from processors.accounts.draft import Draft
    from processors.programs.compiled import ActivityRule
    from schemas.inputs.activities import ActivityRecorded, NpsAnswered

MICRO = 6
"""Quantities are counted in millionths."""


def recorded(draft: Draft, data: ActivityRecorded) -> Verdict:
    """Earn by the rules of this activity, and count it."""
    quantity = parse_amount(data.quantity, MICRO)
    assert quantity is not None, "the schema bounds the places of a quantity"
    for rule in draft.version.activities.get(data.activity, ()):
        _earn(draft, rule, quantity, dict(data.attributes or {}))
    renew(draft, f"activity:{data.activity}")
    _count(draft, data.activity, quantity)
    convert(draft, draft.version)
    return ACCEPTED


def _earn(
    draft: Draft, rule: ActivityRule, quantity: int, attributes: dict[str, str | int | bool]
) -> None:
    done = f"once/{rule.rule.id}"
    if rule.once and done in draft.account.marks:
        draft.miss(rule.rule.id, "once_only")
        return
    missing = rule.missing and rule.missing(_as_order(draft, attributes))
    if missing:
        draft.miss(rule.rule.id, missing)
        return
    award = rule.price(quantity, Frozen())
    if isinstance(award, Missed):
        draft.missed.append(award)
        return
    origin = Origin(f"activity/{draft.item.source}/{draft.item.id}", draft.version.id, draft.time)
    if award.amount and not earn_within(draft, rule.rule, award.amount, origin):
        return
    if rule.once:  # what a cap left nothing of was not the one time
        draft.put("marks", done, str(draft.time))
    if rule.reward_id is not None:
        grant(draft, draft.version.rewards[rule.reward_id], rule.rule.id)
    draft.fire(award.rule, award.figures)


def _as_order(draft: Draft, attributes: dict[str, str | int | bool]) -> Order:
    """What was recorded, as conditions look at it: an order without lines."""
    version = draft.version
    order = Order(draft.time, version.id, "", (), Frozen(), attributes=attributes)
    return replace(order, frozen=version.freeze(order, draft.account))


def _count(draft: Draft, activity: str, quantity: int) -> None:
    notices, origin = len(draft.notices), merged_subject(draft)
    wanted = (one.on_counter for one in draft.version.milestones if one.on_counter is not None)
    if activity in {done.activity for done in wanted}:
        draft.count(done_key(activity), quantity, origin)
    what = f"activity:{activity}"
    for ladder in draft.version.ladders:
        if what not in ladder.counts:
            continue
        window, ends = ladder.window_of(draft.time, draft.account)
        amount = quantity * 10 ** ladder.counts[what] // 10**MICRO
        part = what if ladder.several else "*"
        draft.count(counter_key(ladder, window, part), amount, origin)
        watch_window(draft, ladder, ends, draft.time)
        raise_tier(draft, ladder)
    follow_tiers(draft, notices)


def answered(draft: Draft, data: NpsAnswered) -> Verdict:
    """A survey's score may open a reward."""
    for reward in draft.version.rewards.values():
        if reward.on_score is not None and data.score >= reward.on_score:
            grant(draft, reward, "nps")
    return ACCEPTED
