"""Timers for what the calendar alone brings, one for each entry of the program's almanac."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from processors.accounts.draft import Draft


def plan(draft: Draft) -> None:
    """See to it that each entry has its timer; a changed profile may move it."""
    timers, account = draft.account.timers, draft.account
    moved = ("profile", "") in draft.fresh
    for entry in draft.program.almanac:
        held = timers.get(entry.name)
        if held is not None and held > draft.time and not moved:
            continue
        at = entry.next_at(draft.time, account)
        if at != held:
            draft.put("timers", entry.name, at)
