"""Allowances, and what members hand to each other."""

from __future__ import annotations

from calendar import monthrange
from typing import TYPE_CHECKING

from processors.programs import compiled, model
from processors.programs.figures import steps_of
from processors.programs.periods import ending, releasing

if TYPE_CHECKING:
    from collections.abc import Callable

    from processors.accounts.account import Account
    from processors.programs.calendars import Calendar


def compile_allowances(
    version: model.Version, calendar: Calendar
) -> tuple[compiled.Allowance, ...]:
    """Points granted on the first of each month."""
    return tuple(
        compiled.Allowance(
            _rule(name, allowance.unit, version, calendar),
            _amount(allowance, version.units[allowance.unit].scale, calendar),
            lambda at: calendar.first_of_month(at, 1),
        )
        for name, allowance in version.allowances.items()
    )


def _rule(name: str, unit: str, version: model.Version, calendar: Calendar) -> compiled.Rule:
    return compiled.Rule(name, unit, releasing(None, calendar), ending(version.expiry, calendar))


def _amount(
    allowance: model.Allowance, scale: int, calendar: Calendar
) -> Callable[[int, Account, bool], int]:
    base = steps_of(allowance.points, scale)
    more = {name: steps_of(each, scale) for name, each in allowance.per_attribute.items()}

    def amount(at: int, account: Account, joined: bool) -> int:  # noqa: FBT001 - the contract of Allowance
        whole = base
        for name, each in more.items():
            value = account.profile.attributes.get(name)
            whole += each * value if type(value) is int else 0
        if not joined or not allowance.prorate:
            return whole
        day = calendar.date(at)
        days = monthrange(day.year, day.month)[1]
        return whole * (days - day.day + 1) // days

    return amount


def compile_recognition(version: model.Version, calendar: Calendar) -> compiled.Recognition | None:
    """Who may give, who may receive, and in which units."""
    asked = version.recognition
    if asked is None:
        return None
    return compiled.Recognition(
        asked.giving,
        _rule("recognition", asked.earned, version, calendar),
        asked.role_attribute,
        frozenset(asked.givers),
        frozenset(asked.receivers),
        asked.default_role,
    )
