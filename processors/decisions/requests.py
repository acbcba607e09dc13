"""Adjustments by hand, opt-ins, chosen days and used entitlements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.accounts.lasting import ends_at, renew
from processors.accounts.lots import Origin, credit, earn
from processors.accounts.rewards import close_alternatives, held_grants, use
from processors.accounts.take import take_away
from processors.decisions.conversions import convert, convert_used
from processors.decisions.verdict import ACCEPTED, Verdict, refused
from processors.programs.compiled import Rule
from schemas.values import parse_amount

if TYPE_CHECKING:
    from processors.accounts.draft import Draft
    from schemas.inputs.requests import (
        BonusDayChosen,
        EntitlementUsed,
        PointsAdjusted,
        PromotionOptedIn,
    )

ADJUSTMENT = "adjustment"


def adjusted(draft: Draft, data: PointsAdjusted) -> Verdict:
    """An operator adds or takes points, with a reason."""
    version = draft.version
    unit = data.unit or next(iter(version.units))
    definition = version.units.get(unit)
    amount = None if definition is None else parse_amount(data.amount, definition.scale)
    if amount is None:
        return refused("not_an_increment")
    draft.fire(ADJUSTMENT, {"amount": amount, "reason": data.reason, "operator": data.operator})
    if amount < 0:
        take_away(draft, "points.adjusted", unit, -amount, ADJUSTMENT)
        return ACCEPTED
    named = data.expires_at
    rule = Rule(ADJUSTMENT, unit, lambda _at, _account: None, version.lasts.ends)
    ends = ends_at(draft, rule, version.id, draft.time) if named is None else named
    if ends is not None and ends <= draft.time:
        return ACCEPTED
    owner = f"adjustment/{data.adjustment_id}"
    origin = Origin(owner, version.id, draft.time, fixed=named is not None)
    credit(draft, "points.adjusted", "issuer", rule, amount, origin, ends)
    convert(draft, version)
    return ACCEPTED


def opted_in(draft: Draft, data: PromotionOptedIn) -> Verdict:
    """The member takes part in a promotion that asks for it."""
    refusal = draft.version.opt_in(data.promotion_id, draft.time, draft.account)
    if refusal is not None:
        return refused(refusal)
    draft.put("marks", f"opt-in/{data.promotion_id}", str(draft.time))
    return ACCEPTED


def day_chosen(draft: Draft, data: BonusDayChosen) -> Verdict:
    """The member chooses a bonus day, within the quota of its period."""
    refusal = draft.version.choose_day(data.date, draft.time, draft.account)
    if refusal is not None:
        return refused(refusal)
    draft.put("marks", f"chosen-day/{data.date}", str(draft.time))
    return ACCEPTED


def entitlement_used(draft: Draft, data: EntitlementUsed) -> Verdict:
    """A voucher or another granted reward is used up."""
    if data.reward_id not in draft.version.rewards:
        return refused("unknown_reward")
    reward = draft.version.rewards[data.reward_id]
    held = sum(item.quantity for _, item in held_grants(draft.account, data.reward_id))
    lacks = max(0, data.quantity - held)
    if lacks and not draft.forced:
        return refused("reward_not_available")
    use(draft, data.reward_id, data.quantity - lacks, data.order_id or "used")
    if lacks:
        convert_used(draft, data.reward_id, lacks)
    close_alternatives(draft, reward)
    if reward.earns:
        origin = Origin(f"entitlement/{draft.item.id}", draft.version.id, draft.time)
        earn(draft, draft.version.rules[reward.id], reward.earns * data.quantity, origin)
        convert(draft, draft.version)
    renew(draft, f"entitlement:{data.reward_id}")
    return ACCEPTED
