"""Reminders of points, tiers and rewards that are about to end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.accounts.items import Grant, Lot, Standing
from processors.accounts.telling import eligibility_id
from schemas.ledger import Notice
from schemas.values import format_amount

if TYPE_CHECKING:
    from processors.accounts.draft import Draft

NOTICE, ENDING = "notice", "ending"
"""The kinds of the timers: points that end at one instant, and a tier or a reward."""


def plan_reminders(draft: Draft) -> None:
    """See to it that whatever was just put, and ends, has its reminders."""
    for (_, key), item in list(draft.fresh.items()):
        _plan(draft, key, item)


def plan_all_reminders(draft: Draft) -> None:
    """A version begins: what was put before it ends as well."""
    account = draft.account
    for items in (account.lots, account.standings, account.grants):
        for key, item in sorted(items.items()):
            _plan(draft, key, item)


def _plan(draft: Draft, key: str, item: object) -> None:
    kind, about, ends = _ending(key, item)
    if ends is None:
        return
    for reminder in draft.version.reminders:
        if (reminder.kind, reminder.about) != (kind, about):
            continue
        name = f"{NOTICE}/{about}/{ends}/{reminder.id}"
        if kind != "unit":
            name = f"{ENDING}/{kind}/{ends}/{reminder.id}/{key}"
        at = reminder.at(ends)
        if at > draft.time and draft.account.timers.get(name) != at:
            draft.put("timers", name, at)


def _still(draft: Draft, notice: str) -> bool:
    """True if the version in force has the reminder that another may have planned."""
    return any(reminder.id == notice for reminder in draft.version.reminders)


def _ending(key: str, item: object) -> tuple[str, str, int | None]:
    """What an item is to reminders, and when it ends."""
    if type(item) is Lot and item.available:
        return "unit", item.unit, item.expires_at
    if type(item) is Standing:
        return "ladder", key, item.until
    if type(item) is Grant:
        return "reward", item.reward_id, item.valid_until
    return "", "", None


def remind(draft: Draft, rest: str) -> None:
    """Of the points that are left of those that end at an instant; nothing left, no notice."""
    unit, ends, notice = rest.split("/", 2)
    amount = draft.account.schedule.get(unit, {}).get(int(ends), 0)
    if amount and _still(draft, notice):
        text = format_amount(amount, draft.unit(unit).scale)
        data: dict[str, str | int | None] = {
            "unit": unit,
            "amount": text,
            "at": int(ends),
            "notice": notice,
        }
        draft.notices.append(Notice(data, "loyalty.points.expiring.v1"))


def remind_ending(draft: Draft, rest: str) -> None:
    """Of a tier that is still held until then, or of a reward that is still there."""
    kind, ends, notice, key = rest.split("/", 3)
    if not _still(draft, notice):
        return
    standing, grant = draft.account.standings.get(key), draft.account.grants.get(key)
    said: dict[str, str | int | None] = {"at": int(ends), "notice": notice}
    if kind == "ladder" and standing is not None and standing.until == int(ends):
        said |= {"ladder": key, "tier": standing.tier}
        draft.notices.append(Notice(said, "loyalty.tier.expiring.v1"))
    elif kind == "reward" and grant is not None and grant.valid_until == int(ends):
        said |= {"eligibility_id": eligibility_id(draft, key, grant), "reward_id": grant.reward_id}
        draft.notices.append(Notice(said, "loyalty.reward.expiring.v1"))
