"""What counts as activity of the member (semantics, section 4: inactivity)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from processors.accounts.draft import Draft


def renew_activity(draft: Draft) -> None:
    """A purchase or a redemption restarts the inactivity clock of each unit."""
    for unit in draft.version.units:
        until = draft.version.inactivity(unit, draft.time)
        if until is not None:
            draft.put("timers", f"inactivity/{unit}", until)
