"""What comes next for a member, and how far it is: the next tiers, and the nearest rewards."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from processors.accounts.progress import ahead, leading, missing
from processors.accounts.rewards import gate
from processors.accounts.standings import rank_of, standing_of
from processors.decisions.milestones import done_key
from schemas.values import format_amount

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processors.accounts.account import Account
    from processors.programs.compiled import Done, Ladder, Reward, Version

MICRO = 6


class Ahead(NamedTuple):
    """What comes next, what is missing for it, and what it takes in all."""

    name: str
    missing: str
    of: str


class Near(NamedTuple):
    """A reward that something brings nearer: what, how much is missing, and of how much."""

    what: str
    missing: int
    of: int
    reward: str
    scale: int


def next_tiers(version: Version, account: Account, at: int) -> Iterator[Ahead]:
    """The tier ahead on each ladder, by the figure that is shown, or by each of several."""
    for ladder in version.ladders:
        rank = rank_of(ladder, standing_of(ladder, account).tier)
        above = ladder.tiers[rank + 1 : rank + 2]
        if not above or not above[0].thresholds:
            continue
        lacks, goal = missing(ladder, account, at), ahead(ladder, account)
        shown = list(goal) if ladder.several else [leading(ladder, account, at)]
        word = " and " if ladder.needs_all else " or "
        lack = word.join(_figure(ladder, part, lacks[part]) for part in shown)
        whole = word.join(_figure(ladder, part, goal[part]) for part in shown)
        yield Ahead(f"{ladder.id} {above[0].id}", lack, whole)


def _figure(ladder: Ladder, part: str, amount: int) -> str:
    what = part if ladder.several else next(iter(ladder.counts))
    currency = f" in {part}" if ladder.by_currency and part != "*" else ""
    counted = ladder.unit if what == "points" else what.removeprefix("activity:")
    return f"{format_amount(amount, ladder.scale_of(part))} {counted}{currency}"


def next_rewards(version: Version, account: Account, at: int) -> Iterator[Ahead]:
    """Of each thing that brings rewards nearer, the nearest one."""
    nearest: dict[str, Near] = {}
    for near in sorted(_near(version, account, at), key=lambda one: (one.missing, one.reward)):
        nearest.setdefault(near.what, near)
    for near in nearest.values():
        lack, whole = (short(amount, near.scale) for amount in (near.missing, near.of))
        yield Ahead(near.reward, f"{lack} {near.what}", f"{whole} {near.what}")


def short(amount: int, scale: int = MICRO) -> str:
    """Quantities have millionths, which are hardly ever there."""
    text = format_amount(amount, scale)
    return text.rstrip("0").rstrip(".") if scale == MICRO else text


def _near(version: Version, account: Account, at: int) -> Iterator[Near]:
    for one in version.conversions:
        yield from _held(version, account, one.unit, one.threshold, one.reward_id)
    for reward in version.rewards.values():
        if gate(version, account, reward, at) is not None:
            continue
        if reward.cost is not None and reward.unit is not None:
            yield from _held(version, account, reward.unit, reward.cost(at), reward.id)
        if reward.on_balance is not None:
            reach = reward.on_balance
            yield from _held(version, account, reach.unit, reach.amount, reward.id)
        if reward.on_counter is not None:
            yield from _done(account, reward, reward.on_counter)


def _held(
    version: Version, account: Account, unit: str, needed: int, reward: str
) -> Iterator[Near]:
    totals = account.totals.get(unit)
    lack = needed - (0 if totals is None else totals.available)
    if lack > 0:
        yield Near(unit, lack, needed, reward, version.units[unit].scale)


def _done(account: Account, reward: Reward, asked: Done) -> Iterator[Near]:
    done = account.counters.get(done_key(asked.activity), 0)
    goal = (done // asked.figure + 1) * asked.figure if asked.again else asked.figure
    if goal > done:
        yield Near(asked.activity, goal - done, goal, reward.id, MICRO)
