"""Points that are renewed, kept from ending, or end with a membership (semantics, section 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from processors.accounts.anchors import deadline, running
from processors.accounts.standings import tiers_held

if TYPE_CHECKING:
    from collections.abc import Iterable

    from processors.accounts.draft import Draft
    from processors.accounts.items import Lot
    from processors.programs.compiled import Lasting, Rule

ENDED, OVER = "membership_ended", "program_ended"


def lasts(draft: Draft, lot: Lot) -> Lasting:
    """How the lot's points last by the version in force."""
    return draft.version.lasting_of(lot.rule)


def reason_of(draft: Draft, lot: Lot) -> str:
    """Why the lot ends at its instant, by the version that set it."""
    if lot.fixed:
        return "date"
    return draft.program.version(lot.version).lasting_of(lot.rule).reason


def ends_at(draft: Draft, rule: Rule, version: str, at: int) -> int | None:
    """When points end that become available at `at`: for inactivity, with all others."""
    if draft.program.version(version).lasting_of(rule.id).reason == "inactivity":
        together = deadline(draft.account, rule.unit)
        if together is not None and together > at:
            return together
    return rule.expires_at(at, draft.account)


def renew(draft: Draft, activity: str) -> None:
    """An activity: what it renews ends as if it had become available now."""
    version, account = draft.version, draft.account
    if activity not in version.renewing:
        return
    held = set(tiers_held(version.ladders, account).values())
    for unit in version.units:
        lasting = version.lasting_of("")
        if lasting.reason == "inactivity" and _renews(lasting, activity, held):
            draft.put("marks", running(unit), str(lasting.ends(draft.time, account)))
    for name, lot in sorted(account.lots.items()):
        lasting = lasts(draft, lot)
        if lot.fixed or not (lot.available or lot.reserved):
            continue
        if _renews(lasting, activity, held):
            ends = lasting.ends(draft.time, account)
            if ends != lot.expires_at:
                draft.put("lots", name, replace(lot, expires_at=ends))


def _renews(lasting: Lasting, activity: str, held: set[str]) -> bool:
    return activity in lasting.renewed_by and (
        lasting.renewed_in is None or bool(lasting.renewed_in & held)
    )


def is_paused(draft: Draft, lot: Lot) -> bool:
    """True while a tier keeps the lot from ending."""
    paused_in = lasts(draft, lot).paused_in
    if lot.fixed or not paused_in:
        return False
    return not paused_in.isdisjoint(tiers_held(draft.version.ladders, draft.account).values())


def overdue(draft: Draft, lot: Lot) -> str | None:
    """Why points that come back to a lot end at once, or None."""
    if draft.version.closes_at is not None and draft.version.closes_at <= draft.time:
        return OVER
    plan = lasts(draft, lot).plan
    if plan is not None:
        held = draft.account.memberships.get(plan)
        if held is not None and held.state != "active":
            return ENDED
    if lot.expires_at is None or lot.expires_at > draft.time or is_paused(draft, lot):
        return None
    return reason_of(draft, lot)


def made_again(draft: Draft, lot: Lot) -> Lot:
    """A lot of which nothing was left: it has its old date, or ends with all for inactivity."""
    if lot.fixed or reason_of(draft, lot) != "inactivity":
        return lot
    return replace(lot, expires_at=deadline(draft.account, lot.unit) or lot.expires_at)


def follow_pauses(draft: Draft) -> dict[str, list[str]]:
    """Keep lots from ending while a tier says so. Answers what is overdue after it, by reason."""
    late: dict[str, list[str]] = {}
    for name in _to_look_at(draft):
        lot = draft.account.lots.get(name)
        if lot is None or lot.suspended == (paused := is_paused(draft, lot)):
            continue
        lot = replace(lot, suspended=paused)
        passed = not paused and lot.expires_at is not None and lot.expires_at <= draft.time
        if passed and (grace := lasts(draft, lot).grace_days):
            lot = replace(lot, expires_at=draft.program.calendar.days_after(draft.time, grace))
        elif passed:
            late.setdefault(reason_of(draft, lot), []).append(name)
        draft.put("lots", name, lot)
    return late


def _to_look_at(draft: Draft) -> Iterable[str]:
    """All lots when a tier or the version changed, else those that were put."""
    if any(name[0] == "standings" or name == ("timers", "version/") for name in draft.fresh):
        return sorted(draft.account.lots)
    return sorted(key for (collection, key) in draft.fresh if collection == "lots")


def of_plan(draft: Draft, plan: str) -> list[str]:
    """The lots that end with a membership."""
    return [
        name for name, lot in sorted(draft.account.lots.items()) if lasts(draft, lot).plan == plan
    ]
