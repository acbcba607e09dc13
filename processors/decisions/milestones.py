"""Rewards that are granted by what a member has reached: a balance, an activity, some orders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from processors.accounts.anchors import ANCHOR
from processors.accounts.consumption import in_order
from processors.accounts.lots import expire
from processors.accounts.rewards import close, grant
from processors.decisions.orders import goods_kept_minor

if TYPE_CHECKING:
    from collections.abc import Iterable

    from processors.accounts.draft import Draft
    from processors.programs.compiled import Done, Reach, Regulars, Reward

REFUNDS = {
    "commerce.purchase.refunded.v1",
    "commerce.purchase.cancelled.v1",
    "commerce.purchase.edited.v1",
}


def judge_milestones(draft: Draft) -> None:
    """Grant what was reached, and withdraw what a refund left without its ground."""
    for reward in draft.version.milestones:
        if reward.on_balance is not None:
            _judge_balance(draft, reward, reward.on_balance)
        if reward.on_counter is not None:
            _judge_activity(draft, reward, reward.on_counter)
        if reward.on_orders is not None and any(name == "orders" for name, _ in draft.fresh):
            _judge_orders(draft, reward, reward.on_orders)


def _judge_balance(draft: Draft, reward: Reward, reach: Reach) -> None:
    available = draft.totals(reach.unit).available
    ground, mark = f"balance/{reward.id}", f"once/{reward.id}"
    window = draft.version.once_in(reach.once_per, draft.time, draft.account)
    if available >= reach.amount and (window is None or draft.account.marks.get(mark) != window):
        _grant_reached(draft, reward, reach, window)
    elif available < reach.amount and not reach.reset:
        names = [name for name, item in draft.account.grants.items() if item.ground == ground]
        if draft.item.type not in REFUNDS:
            _keep_for_good(draft, names)
            return
        for name in sorted(names):
            close(draft, name, "withdrawn", "refund")
            draft.put("marks", mark, None)


def _keep_for_good(draft: Draft, names: Iterable[str]) -> None:
    """What took the balance below was no refund, so no later refund takes the reward."""
    for name in sorted(names):
        draft.put("grants", name, replace(draft.account.grants[name], ground=None))


def _grant_reached(draft: Draft, reward: Reward, reach: Reach, window: str | None) -> None:
    ground = f"balance/{reward.id}"
    if window is None and not reach.reset:
        held = any(item.reward_id == reward.id for item in draft.account.grants.values())
        if held:
            return
    grant(draft, reward, ground, ground=ground)
    draft.fire(reward.id, {"reached": reach.amount})
    if window is not None:
        draft.put("marks", f"once/{reward.id}", window)
    if reach.reset:
        expire(draft, [name for name, _ in in_order(draft, reach.unit)], "reset")
        _keep_for_good(draft, _resting_on(draft, reach.unit))
        start = draft.program.calendar.days_after(draft.time, 0)
        draft.put("marks", ANCHOR, str(start))


def _resting_on(draft: Draft, unit: str) -> list[str]:
    grounds = {
        f"balance/{one.id}"
        for one in draft.version.milestones
        if one.on_balance is not None and one.on_balance.unit == unit
    }
    return [name for name, item in draft.account.grants.items() if item.ground in grounds]


def _judge_activity(draft: Draft, reward: Reward, asked: Done) -> None:
    done = draft.account.counters.get(done_key(asked.activity), 0)
    if done < asked.figure:
        return
    if asked.again:
        missing = _not_yet_granted(draft, reward, done // asked.figure)
    else:
        missing = _first_time(draft, reward)
    if missing:
        grant(draft, reward, f"activity/{asked.activity}", quantity=missing * reward.quantity)
        draft.fire(reward.id, {"done": done})


def _first_time(draft: Draft, reward: Reward) -> int:
    mark = f"once/{reward.id}"
    if mark in draft.account.marks:
        return 0
    draft.put("marks", mark, str(draft.time))
    return 1


def _not_yet_granted(draft: Draft, reward: Reward, reached: int) -> int:
    """How often the figure was reached beyond what was granted for it."""
    key = f"reached/{reward.id}"
    missing = max(0, reached - draft.account.counters.get(key, 0))
    draft.count(key, missing)
    return missing


def done_key(activity: str) -> str:
    """The counter of everything that was recorded of an activity, in millionths."""
    return f"done/{activity}"


def _judge_orders(draft: Draft, reward: Reward, asked: Regulars) -> None:
    """Kept orders of the last days; those of a grant are used up while it stands or was used."""
    account, prefix = draft.account, f"used/{reward.id}/"
    used = {mark[len(prefix) :]: g for mark, g in account.marks.items() if mark.startswith(prefix)}
    for order_id, name in sorted(used.items()):
        order = account.orders.get(order_id)
        lost = order is not None and goods_kept_minor(order) < asked.minimum_minor
        if lost and name in account.grants:
            close(draft, name, "withdrawn", "refund")
            for other, its in used.items():
                if its == name:
                    draft.put("marks", prefix + other, None)
    since = asked.since(draft.time)
    kept = sorted(
        (order.time, order_id)
        for order_id, order in account.orders.items()
        if since <= order.time <= draft.time
        and goods_kept_minor(order) >= asked.minimum_minor
        and prefix + order_id not in account.marks
    )
    if len(kept) >= asked.count:
        name = grant(draft, reward, "orders")
        for _, order_id in kept[: asked.count]:
            draft.put("marks", prefix + order_id, name)
        draft.fire(reward.id, {"orders": asked.count})
