"""Challenges: earned when what is kept since opting in reaches the target, or taken back again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.accounts.lots import Origin, earn, lot_id
from processors.accounts.take import take_back
from processors.decisions.caps import fitting, use_caps
from processors.decisions.conversions import undo_vouchers

if TYPE_CHECKING:
    from processors.accounts.draft import Draft
    from processors.programs.compiled import Challenge, Version

WON = "won/"


def judge_challenges(draft: Draft, version: Version) -> None:
    """Bring every challenge in line with the orders that met it as they came."""
    for challenge in version.challenges:
        kept = sum(
            challenge.spend(order)
            for order in draft.account.orders.values()
            if challenge.id in order.frozen.promotions and not order.cancelled
        )
        held = draft.account.marks.get(WON + challenge.id)
        if kept >= challenge.target_minor and held is None:
            _earn(draft, version, challenge)
        elif kept < challenge.target_minor and held is not None:
            _take(draft, version, challenge, int(held))


def _earn(draft: Draft, version: Version, challenge: Challenge) -> None:
    rule = version.rules[challenge.id]
    amount = fitting(draft, rule, challenge.amount, 0, draft.time)
    if not amount:
        draft.miss(challenge.id, "capped")
        return
    use_caps(draft, rule, amount, 0, draft.time)
    earn(draft, rule, amount, Origin(f"promotion/{challenge.id}", version.id, draft.time))
    draft.put("marks", WON + challenge.id, str(amount))
    draft.fire(challenge.id, {"target_minor": challenge.target_minor, "points": amount})


def _take(draft: Draft, version: Version, challenge: Challenge, amount: int) -> None:
    rule = version.rules[challenge.id]
    use_caps(draft, rule, -amount, amount, draft.time)
    own = [lot_id(f"promotion/{challenge.id}", challenge.id)]
    undo = undo_vouchers(version)
    take_back(draft, rule.unit, amount, own, rule.id, version.negative, undo)
    draft.put("marks", WON + challenge.id, None)
