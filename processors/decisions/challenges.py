"""Challenges: earned when what is kept since opting in reaches the target, or taken back again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.accounts.lots import Origin, earn, lot_id
from processors.accounts.take import take_back
from processors.decisions.caps import fitting, use_caps
from processors.decisions.conversions import undo_vouchers
from processors.decisions.pools import adjust, drop, give_room, waiting

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
            _take(draft, version, challenge, held)


def _earn(draft: Draft, version: Version, challenge: Challenge) -> None:
    rule = version.rules[challenge.id]
    amount = fitting(draft, rule, challenge.amount, 0, draft.time)
    if not amount:
        draft.miss(challenge.id, "capped")
        return
    use_caps(draft, rule, amount, 0, draft.time)
    origin = Origin(f"promotion/{challenge.id}", version.id, draft.time)
    if rule.pool is not None:
        adjust(draft, rule, origin, amount, 0, more=True, of=draft.time)
        draft.put("marks", WON + challenge.id, f"0/{draft.time}")
        return
    earn(draft, rule, amount, origin)
    draft.put("marks", WON + challenge.id, str(amount))
    draft.fire(challenge.id, {"target_minor": challenge.target_minor, "points": amount})


def won(mark: str) -> tuple[int, int]:
    """What a challenge earned; and when, where all members share it."""
    amount, _, at = mark.partition("/")
    return int(amount), int(at or 0)


def note_won(draft: Draft, challenge_id: str, more: int, at: int) -> None:
    """So much more of a challenge's shared points was granted."""
    mark = draft.account.marks.get(WON + challenge_id)
    if mark is not None:
        draft.put("marks", WON + challenge_id, f"{won(mark)[0] + more}/{at}")


def _take(draft: Draft, version: Version, challenge: Challenge, mark: str) -> None:
    rule, (amount, at) = version.rules[challenge.id], won(mark)
    own = [lot_id(f"promotion/{challenge.id}", challenge.id)]
    use_caps(draft, rule, -amount, amount, draft.time)
    if rule.pool is not None:
        waits = waiting(draft, own[0])
        use_caps(draft, rule, -waits, waits, draft.time)
        drop(draft, rule, own[0], waits)
        if amount:
            give_room(draft, rule.pool, own[0], amount, at)
    undo = undo_vouchers(version)
    take_back(draft, rule.unit, amount, own, rule.id, version.negative, undo)
    draft.put("marks", WON + challenge.id, None)
