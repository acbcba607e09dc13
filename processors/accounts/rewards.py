"""Rewards: what is open to the member, what was granted, what is used up (semantics, section 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from processors.accounts.items import Grant
from processors.accounts.lots import merged_subject
from processors.accounts.standings import tier_of
from processors.accounts.telling import Change, tell

if TYPE_CHECKING:
    from processors.accounts.account import Account
    from processors.accounts.draft import Draft
    from processors.accounts.items import Part
    from processors.programs.compiled import Reward, Version

OPEN = "open/"
"""Key prefix of catalogue rewards; what was granted is named by its reward and instant."""


def refresh(draft: Draft) -> None:
    """Open and close catalogue rewards by what is available and by their gates."""
    grants = draft.account.grants
    for reward in draft.version.catalogue:
        name = OPEN + reward.id
        if is_open(draft, reward) == (name in grants):
            continue
        if name in grants:
            close(draft, name, "withdrawn", "not_affordable")
        else:
            _open(draft, name, reward, 1, "affordable", None)


def is_open(draft: Draft, reward: Reward) -> bool:
    """True while a catalogue reward can be had: its price is there and its gates hold."""
    assert reward.cost is not None, "a granted reward has no price"
    cost = reward.cost(draft.time)
    if cost and reward.unit is not None:
        totals = draft.account.totals.get(reward.unit)
        if totals is None or totals.available < cost:
            return False
    return gate(draft.version, draft.account, reward, draft.time) is None


def gate(version: Version, account: Account, reward: Reward, at: int) -> str | None:
    """The refusal of the first gate that is shut, or None."""
    if reward.plan is not None:
        plan = account.memberships.get(reward.plan)
        if plan is None or plan.state != "active":
            return "reward_not_available"
    if reward.open_at is not None and not reward.open_at(at, account):
        return "reward_not_available"
    if reward.limit is not None:
        times, window_of = reward.limit
        if account.counters.get(had_key(reward.id, window_of(at, account)), 0) >= times:
            return "reward_not_available"
    if reward.tiers is not None:
        for ladder in version.ladders:
            if ladder.id == reward.ladder and tier_of(ladder, account) not in reward.tiers:
                return "tier_too_low"
    return None


def had_key(reward: str, window: str) -> str:
    """The counter of how often a reward was had in a window."""
    return f"had/{reward}/{window}"


def count_had(draft: Draft, reward: Reward | None, at: int, times: int) -> None:
    """Count a catalogue reward that was asked for at an instant, or give that back."""
    if reward is not None and reward.limit is not None:
        _, window_of = reward.limit
        draft.count(had_key(reward.id, window_of(at, draft.account)), times)


def grant(
    draft: Draft,
    reward: Reward,
    reason: str,
    *,
    quantity: int | None = None,
    ground: str | None = None,
    cost: int = 0,
    parts: tuple[Part, ...] = (),
) -> str:
    """Give a reward with a quantity, until it is used up or its time is over. Returns its name."""
    name = f"{reward.id}/{draft.time}"
    place = 0
    while name in draft.account.grants:
        place += 1
        name = f"{reward.id}/{draft.time}/{place}"
    _open(draft, name, reward, quantity or reward.quantity, reason, ground, cost, parts)
    return name


def _open(  # noqa: PLR0913 - a grant has this many parts
    draft: Draft,
    name: str,
    reward: Reward,
    quantity: int,
    reason: str,
    ground: str | None,
    cost: int = 0,
    parts: tuple[Part, ...] = (),
) -> None:
    until = None if reward.valid_until is None else reward.valid_until(draft.time, draft.account)
    item = Grant(
        reward.id,
        quantity,
        draft.time,
        reason,
        valid_until=until,
        ground=ground,
        cost=cost,
        parts=parts,
        catalogue=name.startswith(OPEN),
        origin=_origin(draft, parts),
    )
    draft.put("grants", name, item)
    tell(draft, "gained", name, item, quantity, reason)


def _origin(draft: Draft, parts: tuple[Part, ...]) -> str | None:
    """The merged member whose event gave it; or, if points did, whose all of them were."""
    origins = {part.mould.origin for part in parts} or {merged_subject(draft)}
    return origins.pop() if len(origins) == 1 else None


def close(draft: Draft, name: str, change: Change, reason: str) -> None:
    """End a grant: `withdrawn` or `expired`."""
    item = draft.account.grants[name]
    draft.put("grants", name, None)
    tell(draft, change, name, item, item.quantity, reason)


def use(draft: Draft, reward_id: str, quantity: int, reason: str) -> None:
    """Use up so many granted rewards, which must be there: the one that ends soonest first."""
    left = quantity
    for name, item in held_grants(draft.account, reward_id):
        taken = min(left, item.quantity)
        if not taken:
            break
        left -= taken
        rest = replace(item, quantity=item.quantity - taken)
        draft.put("grants", name, rest if rest.quantity else None)
        tell(draft, "consumed", name, item, taken, reason)


def close_alternatives(draft: Draft, reward: Reward) -> None:
    """Using one reward of a choice group closes the others."""
    if reward.choice_group is None:
        return
    others = {
        one.id
        for one in draft.version.rewards.values()
        if one.choice_group == reward.choice_group and one.id != reward.id
    }
    names = [name for name, item in draft.account.grants.items() if item.reward_id in others]
    for name in sorted(names):
        close(draft, name, "withdrawn", reward.id)


def held_grants(account: Account, reward_id: str) -> list[tuple[str, Grant]]:
    """Granted ones of a reward, the one that ends soonest first."""
    held = [
        (name, item)
        for name, item in account.grants.items()
        if item.reward_id == reward_id and not item.catalogue
    ]
    held.sort(key=lambda pair: (pair[1].valid_until or 1 << 62, pair[1].valid_from, pair[0]))
    return held


def withdraw_unused(draft: Draft, ground: str) -> None:
    """Take back what rested on a ground that is gone, if it was not used."""
    names = [name for name, item in draft.account.grants.items() if item.ground == ground]
    for name in sorted(names):
        close(draft, name, "withdrawn", ground)


def follow_tiers(draft: Draft, since: int) -> None:
    """Grant on entry of a tier, and withdraw what a refund's fall leaves without its ground.

    `since` is the number of notices there were before tiers were judged.
    """
    for notice in draft.notices[since:]:
        if notice.type != "loyalty.tier.changed.v1":
            continue
        ladder, was, now = notice.data["ladder"], notice.data["from_tier"], notice.data["to_tier"]
        refund = notice.data["reason"] == "refund"
        for reward in draft.version.rewards.values():
            if reward.on_tier is not None and reward.on_tier[0] == ladder:
                entered, before = now in reward.on_tier[1], was in reward.on_tier[1]
                ground = f"tier/{ladder}/{reward.id}"
                if entered and not before:
                    grant(draft, reward, f"tier/{now}", ground=ground)
                elif before and not entered and (reward.closes_with_tier or refund):
                    withdraw_unused(draft, ground)
            elif reward.top_up and reward.ladder == ladder:
                _top_up(draft, reward, str(now), refund=refund)
            elif reward.ladder == ladder and reward.cost is None and _barred(reward, str(now)):
                _close_all(draft, reward, f"tier/{now}")


def _top_up(draft: Draft, reward: Reward, tier: str, *, refund: bool) -> None:
    """Grant what is missing to the tier's number of this calendar year; a refund takes it back."""
    year = draft.program.calendar.date(draft.time).year
    key = f"granted/{reward.id}/{year}"
    had = draft.account.counters.get(key, 0)
    missing = reward.top_up.get(tier, 0) - had
    if missing > 0:
        ground = f"tier/{reward.ladder}/{reward.id}"
        grant(draft, reward, f"tier/{tier}", quantity=missing, ground=ground)
        draft.count(key, missing)
    elif missing < 0 and refund:
        for name, item in reversed(held_grants(draft.account, reward.id)):
            taken = min(item.quantity, -missing)
            if taken:
                rest = replace(item, quantity=item.quantity - taken)
                draft.put("grants", name, rest if rest.quantity else None)
                tell(draft, "withdrawn", name, item, taken, "refund")
                draft.count(key, -taken)
                missing += taken


def _barred(reward: Reward, tier: str) -> bool:
    return reward.tiers is not None and tier not in reward.tiers


def _close_all(draft: Draft, reward: Reward, reason: str) -> None:
    """An entitlement that is bound to a tier closes when the tier ends."""
    for name, _ in held_grants(draft.account, reward.id):
        close(draft, name, "withdrawn", reason)
