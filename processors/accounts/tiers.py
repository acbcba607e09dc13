"""How tiers are gained, kept and lost (semantics, section 6). Works on a draft; knows no event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.accounts.items import Ground, Standing
from processors.accounts.standings import carried, counter_key, rank_of, standing_of, supported
from schemas.ledger import Notice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processors.accounts.account import Account
    from processors.accounts.draft import Draft
    from processors.programs.compiled import Ladder

ATTRIBUTE, ROLLING, LANDING = "attribute", "rolling", "landing"
"""Grounds that rest on no window of their own."""


def raise_tier(draft: Draft, ladder: Ladder) -> None:
    """After counting: a tier that the figure carries is held from now, or held for longer."""
    if ladder.schedule is None:
        gain(draft, ladder)


def gain(draft: Draft, ladder: Ladder) -> None:
    """Hold what the figure carries, if no ground of its window gives as much already.

    On set dates that is the window that has just ended, where a window ends then.
    """
    account = draft.account
    at = draft.time - (ladder.schedule is not None and ladder.rolling_from is None)
    tier = supported(ladder, account, at)
    if rank_of(ladder, tier) == 0:
        return
    window, _ = ladder.window_of(at, account)
    name = ROLLING if ladder.rolling_from is not None else window
    held = standing_of(ladder, account)
    for ground in held.grounds:
        if ground.window == name and rank_of(ladder, ground.tier) >= rank_of(ladder, tier):
            return
    until = ladder.held_until(draft.time, account)
    _settle(draft, ladder, (*held.grounds, Ground(name, tier, draft.time, until)), "earned")


def take_over(draft: Draft, ladder: Ladder, grounds: tuple[Ground, ...]) -> None:
    """After a merge: what the other account held is held here, as long as it was to be there.

    But for what its attributes gave: attributes do not move.
    """
    best = {ground.window: ground for ground in standing_of(ladder, draft.account).grounds}
    for ground in grounds:
        mine = best.get(ground.window, ground)
        better = rank_of(ladder, ground.tier) > rank_of(ladder, mine.tier) or mine is ground
        if better and ground.window != ATTRIBUTE and rank_of(ladder, ground.tier):
            best[ground.window] = ground
    _settle(draft, ladder, tuple(best.values()), "earned")


def resume(draft: Draft, ladder: Ladder, held: Standing) -> None:
    """After an unmerge: what was held before the merge, as far as it has not ended since."""
    draft.put("standings", ladder.id, held)
    _settle(draft, ladder, held.grounds, "lapsed")


def lower_tier(draft: Draft, ladder: Ladder, counted_at: int) -> None:
    """After a refund: the window's counter may no longer carry the tier that it gave."""
    account = draft.account
    held = standing_of(ladder, account)
    if ladder.on_refund != "immediate" or ladder.schedule is not None or not held.grounds:
        return
    window, _ = ladder.window_of(counted_at, account)
    rolling = ladder.rolling_from is not None
    name = ROLLING if rolling else window
    grounds: list[Ground] = []
    for ground in held.grounds:
        tier = _still(draft, ladder, ground) if rolling else supported(ladder, account, counted_at)
        if ground.window != name or rank_of(ladder, ground.tier) <= rank_of(ladder, tier):
            grounds.append(ground)
        elif rank_of(ladder, tier):
            grounds.append(Ground(name, tier, ground.since, ground.until))
    if tuple(grounds) != held.grounds:
        _settle(draft, ladder, tuple(grounds), "refund")


def _still(draft: Draft, ladder: Ladder, ground: Ground) -> str:
    """What a rolling figure carries now, or carried as it gave a tier that is held to a date.

    Such a tier is not lost to orders that have left since, so neither do refunds take it for them.
    """
    account = draft.account
    instants = [draft.time, *_given_at(ladder, account, ground)]
    carried = [supported(ladder, account, at) for at in instants]
    return max(carried, key=lambda tier: rank_of(ladder, tier))


def _given_at(ladder: Ladder, account: Account, ground: Ground) -> list[int]:
    """When a tier that is held to a date was reached, or judged for the last time."""
    if ladder.held_from is None or ground.until is None or ground.window != ROLLING:
        return []
    first = ladder.held_until(ground.since, account) == ground.until
    return [ground.since if first else ladder.held_from(ground.until)]


def rolling_start(ladder: Ladder, account: Account, at: int) -> str:
    """The first day that a rolling figure still needs."""
    assert ladder.rolling_from is not None, "the window rolls"
    grounds = standing_of(ladder, account).grounds
    given = [given_at for ground in grounds for given_at in _given_at(ladder, account, ground)]
    return min(ladder.rolling_from(instant) for instant in (at, *given))


def judge(draft: Draft, ladder: Ladder) -> None:
    """At `until`, or when a rolling window moved on: what still carries a tier is kept."""
    account = draft.account
    held = standing_of(ladder, account)
    tier = supported(ladder, account, draft.time)
    rank = rank_of(ladder, tier)
    grounds: list[Ground] = []
    for ground in held.grounds:
        ends = ground.until is not None and ground.until <= draft.time
        if not ends:
            grounds.append(ground)
        elif rank and ladder.rolling_from is not None:
            until = ladder.held_until(draft.time, account) if ladder.hold_days is None else None
            grounds.append(Ground(ground.window, tier, ground.since, until))
    grounds = [_after_hold(draft, ladder, ground, rank) for ground in grounds]
    grounds += _one_step_down(draft, ladder, grounds, rank_of(ladder, held.tier))
    _settle(draft, ladder, tuple(grounds), "lapsed")


def _one_step_down(
    draft: Draft, ladder: Ladder, grounds: list[Ground], rank: int
) -> Iterator[Ground]:
    """The tier below the one that is over, where the program lets nobody fall any deeper."""
    alive = [ground for ground in grounds if ground.until is None or ground.until > draft.time]
    best = max((rank_of(ladder, ground.tier) for ground in alive), default=0)
    if ladder.lands_until is not None and best < rank - 1:
        until = ladder.lands_until(draft.time, draft.account)
        yield Ground(LANDING, ladder.tiers[rank - 1].id, draft.time, until)


def _after_hold(draft: Draft, ladder: Ladder, ground: Ground, rank: int) -> Ground:
    """A ground without an end whose rolling figure fell: it ends when its hold does."""
    if ladder.hold_days is None or ground.window != ROLLING or ground.until is not None:
        return ground
    if rank_of(ladder, ground.tier) <= rank:
        return ground
    hold = ladder.held_until(ground.since, draft.account)
    until = draft.time if hold is None else max(hold, draft.time)
    return Ground(ground.window, ground.tier, ground.since, until)


def change_rules(draft: Draft, ladder: Ladder) -> None:
    """A version starts: what its ladder does not know is judged by its own window's counter."""
    held = standing_of(ladder, draft.account)
    grounds: list[Ground] = []
    for ground in held.grounds:
        tier = ground.tier if _knows(ladder, ground.tier) else _instead(draft, ladder, ground)
        if ground.window == ATTRIBUTE or rank_of(ladder, tier):
            grounds.append(Ground(ground.window, tier, ground.since, ground.until))
    if tuple(grounds) != held.grounds or not _knows(ladder, held.tier):
        _settle(draft, ladder, tuple(grounds), "lapsed")


def _knows(ladder: Ladder, tier: str) -> bool:
    return tier in ladder.ranks


def _instead(draft: Draft, ladder: Ladder, ground: Ground) -> str:
    account = draft.account
    if ground.window == ROLLING:
        return supported(ladder, account, draft.time)
    counters, window = account.counters, ground.window
    keys = {part: counter_key(ladder, window, part) for part in ladder.figures}
    return carried(ladder, {part: counters.get(key, 0) for part, key in keys.items()})


def match_attributes(draft: Draft, ladder: Ladder) -> None:
    """Grant, or end, the tier that an attribute of the member gives."""
    account = draft.account
    tier = None
    for rung in ladder.tiers:
        if rung.attribute is not None:
            name, value = rung.attribute
            if account.profile.attributes.get(name) == value:
                tier = rung.id
    held = standing_of(ladder, account)
    others = tuple(ground for ground in held.grounds if ground.window != ATTRIBUTE)
    mine = next((ground for ground in held.grounds if ground.window == ATTRIBUTE), None)
    if tier is None:
        if mine is not None:
            _settle(draft, ladder, others, ATTRIBUTE)
    elif mine is None or mine.tier != tier:
        _settle(draft, ladder, (*others, Ground(ATTRIBUTE, tier, draft.time, None)), ATTRIBUTE)


def _settle(draft: Draft, ladder: Ladder, grounds: tuple[Ground, ...], reason: str) -> None:
    """Hold the best ground that has not ended, and tell when that changes the tier."""
    account = draft.account
    held = standing_of(ladder, account)
    alive = _latest_grounds([g for g in grounds if g.until is None or g.until > draft.time])
    best = max(alive, key=lambda ground: rank_of(ladder, ground.tier), default=None)
    tier = ladder.tiers[0].id if best is None else best.tier
    until = None if best is None else _latest(alive, tier)
    since = held.since if tier == held.tier else draft.time
    standing = Standing(tier, since, until, tuple(alive))
    if standing == account.standings.get(ladder.id):
        return
    gone = best is None and held.tier == tier
    draft.put("standings", ladder.id, None if gone and not held.since else standing)
    if tier != held.tier:
        tell_tier(draft, ladder, held.tier, standing, reason)


def _latest_grounds(grounds: list[Ground]) -> list[Ground]:
    """One ground per window, the last one of each, in the order of their windows."""
    last = {ground.window: ground for ground in grounds}
    return [last[window] for window in sorted(last)]


def _latest(grounds: list[Ground], tier: str) -> int | None:
    ends = [ground.until for ground in grounds if ground.tier == tier]
    return None if None in ends else max(end for end in ends if end is not None)


def tell_tier(draft: Draft, ladder: Ladder, was: str, now: Standing, reason: str) -> None:
    """A tier was gained or lost."""
    data: dict[str, str | int | None] = {
        "ladder": ladder.id,
        "from_tier": was,
        "to_tier": now.tier,
        "until": now.until,
        "reason": reason,
    }
    draft.notices.append(Notice(data, "loyalty.tier.changed.v1"))
    draft.fire(f"tier/{ladder.id}", {"from": was, "to": now.tier, "reason": reason})
