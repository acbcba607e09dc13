"""Timers for what the calendar alone brings, one for each entry of the program's almanac."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.accounts import is_member

if TYPE_CHECKING:
    from processors.accounts.draft import Draft


KINDS = frozenset({"version", "reward", "close", "judge", "announce", "allowance"})
"""What the timers' names of all entries begin with."""


def plan(draft: Draft, *, anew: bool = False) -> None:
    """See to it that each entry has its timer; a changed profile may move it."""
    timers, account = draft.account.timers, draft.account
    anew = anew or ("profile", "") in draft.fresh
    for entry in draft.program.almanac:
        held = timers.get(entry.name)
        if held is not None and held > draft.time and not anew:
            continue
        at = entry.next_at(draft.time, account)
        if at != held:
            draft.put("timers", entry.name, at)


def plan_anew(draft: Draft) -> None:
    """The program has another almanac: what it does not know any more never comes."""
    account = draft.account
    if account.profile.erased or not is_member(account.id) or not account.time:
        return
    known = {entry.name for entry in draft.program.almanac}
    for name in sorted(account.timers.keys() - known):
        if name.partition("/")[0] in KINDS:
            draft.put("timers", name, None)
    plan(draft, anew=True)
