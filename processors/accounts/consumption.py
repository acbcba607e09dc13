"""The order in which lots are taken (semantics, section 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from processors.accounts.draft import Draft
    from processors.accounts.items import Lot

NEVER = 1 << 62


def in_order(draft: Draft, unit: str) -> list[tuple[str, Lot]]:
    """Lots with available points, in consumption order: soonest expiry, then earliest earned.

    Unless the version says that the first or the last earned go first.
    """
    lots = [
        (name, lot)
        for name, lot in draft.account.lots.items()
        if lot.unit == unit and lot.available
    ]
    lots.sort(key=CONSUMPTION[draft.version.redeeming.takes])
    return lots


def soonest_end(item: tuple[str, Lot]) -> tuple[int, int, str]:
    """The key of the usual order: soonest expiry, then earliest earned."""
    name, lot = item
    return (NEVER if lot.expires_at is None else lot.expires_at, lot.earned_at, name)


def _first_earned(item: tuple[str, Lot]) -> tuple[int, int, str]:
    ends, earned_at, name = soonest_end(item)
    return earned_at, ends, name


def _last_earned(item: tuple[str, Lot]) -> tuple[int, int, str]:
    earned_at, ends, name = _first_earned(item)
    return -earned_at, ends, name


CONSUMPTION = {
    "soonest_end": soonest_end,
    "first_earned": _first_earned,
    "last_earned": _last_earned,
}
"""The orders in which lots are taken."""
