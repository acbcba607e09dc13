"""Released points that become available in full steps; the rest goes on waiting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from processors.accounts.lots import release

if TYPE_CHECKING:
    from processors.accounts.draft import Draft
    from processors.accounts.items import Lot

RIPE = "ripe/"
"""Prefix of the marks of lots that only wait for a step to be full, with the instant since when."""


def ripen(draft: Draft, name: str) -> None:
    """The lot's own wait is over: it counts towards the next step."""
    lot = draft.account.lots[name]
    draft.put("lots", name, replace(lot, release_at=None))
    draft.put("marks", RIPE + name, str(draft.time))
    _issue(draft, lot)


def _issue(draft: Draft, like: Lot) -> None:
    """Release as many full steps as the ripe lots of a unit make, the ripest first."""
    ripe = _ripe(draft, like)
    step = draft.program.version(like.version).rules[like.rule].step
    left = sum(draft.account.lots[name].pending for name in ripe) // step * step
    for name in ripe:
        pending = draft.account.lots[name].pending
        amount = min(left, pending)
        left -= amount
        if amount:
            release(draft, name, amount)
        if amount == pending:
            draft.put("marks", RIPE + name, None)


def _ripe(draft: Draft, like: Lot) -> list[str]:
    """Names of the unit's ripe lots. Those that a refund took are forgotten."""
    found: list[tuple[int, int, str]] = []
    for mark in sorted(draft.account.marks):
        if not mark.startswith(RIPE):
            continue
        name = mark.removeprefix(RIPE)
        lot = draft.account.lots.get(name)
        if lot is None or not lot.pending:
            draft.put("marks", mark, None)
        elif lot.unit == like.unit:
            found.append((int(draft.account.marks[mark]), lot.earned_at, name))
    return [name for _, _, name in sorted(found)]


def beside(draft: Draft, name: str) -> list[str]:
    """Lots that later steps of a lot made."""
    return sorted(other for other in draft.account.lots if other.startswith(f"{name}/"))
