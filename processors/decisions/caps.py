"""Caps: what of an award fits under them, and the counters that they count in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.accounts.lots import earn, merged_subject, pend

if TYPE_CHECKING:
    from processors.accounts.draft import Draft
    from processors.accounts.lots import Origin
    from processors.programs.compiled import Cap, Rule


def fitting(draft: Draft, rule: Rule, amount: int, held: int, time: int) -> int:
    """What of `amount` fits under the rule's caps, with `held` of it counted already."""
    for cap in rule.caps:
        used = draft.account.counters.get(_key(draft, cap, time), 0)
        if cap.counts == "points":
            amount = min(amount, max(0, cap.amount - used + held))
        elif used - int(held > 0) >= cap.amount:
            amount = 0
    return amount


def use_caps(
    draft: Draft, rule: Rule, more: int, held: int, time: int, origin: str | None = None
) -> None:
    """Count what was given, or give room back; `origin` is the merged member whose it is."""
    for cap in rule.caps:
        awards = int(held + more > 0) - int(held > 0)
        draft.count(_key(draft, cap, time), more if cap.counts == "points" else awards, origin)


def earn_within(draft: Draft, rule: Rule, amount: int, origin: Origin) -> int:
    """Give what fits under the rule's caps, now or when it is released; returns how much."""
    fits = fitting(draft, rule, amount, 0, draft.time) if rule.caps else amount
    if fits < amount:
        draft.miss(rule.id, "capped")
    if not fits:
        return 0
    if rule.caps:
        use_caps(draft, rule, fits, 0, draft.time, merged_subject(draft))
    release_at = rule.release_at(draft.time, draft.account)
    if release_at is None:
        earn(draft, rule, fits, origin)
    else:
        pend(draft, rule, fits, origin, release_at)
    return fits


def _key(draft: Draft, cap: Cap, time: int) -> str:
    return f"cap/{cap.id}/{cap.window_of(time, draft.account)}"
