"""What all members share: budgets of promotions and stocks of rewards, each with its account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.programs import compiled, model
from processors.programs.figures import steps_of
from processors.programs.periods import window_of
from schemas.accounts import POOL

if TYPE_CHECKING:
    from processors.programs.calendars import Calendar


def budget_of(
    name: str, promotion: model.Promotion, version: model.Version, calendar: Calendar
) -> compiled.Pool | None:
    """What all members together get of a promotion's points."""
    budget = promotion.budget
    if budget is None:
        return None
    unit = promotion.unit or next(iter(version.units))
    points = steps_of(budget.points, version.units[unit].scale)
    return _pool(f"budget/{name}", points, budget.per, version, calendar)


def stock_of(
    name: str, reward: model.Reward, version: model.Version, calendar: Calendar
) -> compiled.Pool | None:
    """How many of a reward there are for all members."""
    stock = reward.stock
    if stock is None:
        return None
    return _pool(f"stock/{name}", stock.units, stock.per, version, calendar)


def _pool(
    name: str, amount: int, per: str, version: model.Version, calendar: Calendar
) -> compiled.Pool:
    window = window_of(per, calendar, version.fiscal_year_starts)
    return compiled.Pool(POOL + name, amount, window)
