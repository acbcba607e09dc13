"""What the calendar brings: birthdays, days of the month, announcements, allowances, versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.accounts.consumption import in_order
from processors.accounts.lots import Origin, earn, expire
from processors.accounts.rewards import close, gate, grant, held_grants
from processors.decisions.retroactive import price_again
from schemas.ledger import Notice

if TYPE_CHECKING:
    from processors.accounts.draft import Draft
    from processors.programs.compiled import Allowance


def open_reward(draft: Draft, reward_id: str) -> None:
    """A birthday, or a day of the month: once, if the gates hold as it opens."""
    reward = draft.version.rewards.get(reward_id)
    if reward is None or not (reward.on_birthday or reward.recurs):
        return
    if gate(draft.version, draft.account, reward, draft.time) is not None:
        return
    if reward.on_birthday:
        mark, year = f"birthday/{reward_id}", draft.program.birthday_year(draft.time, draft.account)
        if draft.account.marks.get(mark) == year:
            return
        draft.put("marks", mark, year)
    grant(draft, reward, "birthday" if reward.on_birthday else "calendar")


def open_running(draft: Draft, *, birthdays: bool = False) -> None:
    """What the calendar has opened already, for who joins, or tells a birthday, in the middle."""
    for reward in draft.version.rewards.values():
        if reward.running is None or (birthdays and not reward.on_birthday):
            continue
        if reward.running(draft.time, draft.account) and not held_grants(draft.account, reward.id):
            open_reward(draft, reward.id)


def announce(draft: Draft, promotion: str) -> None:
    """Tell the member of a promotion that is about to start."""
    span = draft.program.announced.get(promotion)
    if span is not None:
        data: dict[str, str | int | None] = {
            "promotion_id": promotion,
            "starts_at": span[0],
            "ends_at": span[1],
        }
        draft.notices.append(Notice(data, "loyalty.promotion.announced.v1"))


def renew_allowance(draft: Draft, name: str) -> None:
    """The rest of the last month lapses, and the next one's allowance is there."""
    for allowance in draft.version.allowances:
        if allowance.rule.id == name:
            unit = allowance.rule.unit
            expire(draft, [lot for lot, _ in in_order(draft, unit)], "allowance_ended")
            allow(draft, allowance, joined=False)


def allow(draft: Draft, allowance: Allowance, *, joined: bool) -> None:
    """Grant an allowance, the month's share of it to who joins."""
    amount = allowance.amount(draft.time, draft.account, joined)
    if amount:
        owner = f"allowance/{draft.time}"
        earn(draft, allowance.rule, amount, Origin(owner, draft.version.id, draft.time))
        draft.fire(allowance.rule.id, {"amount": amount})


def start_version(draft: Draft) -> None:
    """A version begins: what it does not offer closes; a retroactive one prices what was given."""
    offered = {name for name, reward in draft.version.rewards.items() if reward.cost is not None}
    for name, item in sorted(draft.account.grants.items()):
        if item.catalogue and item.reward_id not in offered:
            close(draft, name, "withdrawn", "not_offered")
    if draft.version.retroactive and draft.version.effective_from == draft.time:
        price_again(draft)
