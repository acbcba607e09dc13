"""From a program file's model to a compiled program. Done once at load."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Literal

import orjson

from processors.programs import compiled, model
from processors.programs.accrual import compile_rules
from processors.programs.almanac import almanac, announced, birthday_year
from processors.programs.birthdays import begun
from processors.programs.calendars import calendar as calendar_of
from processors.programs.challenges import compile_challenges
from processors.programs.choices import choosing, opting_in
from processors.programs.conditions import holds
from processors.programs.conversions import compile_conversions
from processors.programs.deliveries import compile_deliveries
from processors.programs.expiry import lasting, lastings
from processors.programs.figures import ratio_of
from processors.programs.giving import compile_allowances, compile_recognition
from processors.programs.ladders import compile_ladder
from processors.programs.pricing import pricing
from processors.programs.promotions import freezing, limiting
from processors.programs.redeeming import compile_accounting, compile_redeeming
from processors.programs.rewards import (
    compile_reward,
    milestones,
    once_in,
)
from processors.programs.sides import compile_referrals, compile_reviews
from processors.programs.streaks import counting
from schemas.ledger import Missed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from processors.accounts.items import Frozen
from processors.programs.calendars import Calendar

MICRO = 10**6


def compile_program(file: model.ProgramFile) -> compiled.Program:
    """The program of a validated file. Its versions stand in order of time."""
    calendar = calendar_of(file.time_zone)
    ordered = sorted(file.versions.items(), key=lambda item: item[1].effective_from)
    versions = tuple(_version(name, version, file, calendar) for name, version in ordered)
    return compiled.Program(
        id=file.program,
        calendar=calendar,
        versions=versions,
        almanac=almanac(file, versions, calendar),
        announced=announced(file, calendar),
        birthday_year=birthday_year(calendar),
        late_horizon_days=file.late.horizon_days,
        park_days=file.late.park_days,
        retro_claim_days=file.late.retro_claim_days,
        phone_region=file.phone_region,
        pooled=any(_pooled(version) for version in versions),
        pauses=any(e.paused_in for v in file.versions.values() for e in _expiries(v)),
    )


def version_hash(version: model.Version, file: model.ProgramFile) -> str:
    """Hash of what a version means.

    Defaults are left out, so that a key that a later release adds
    does not make another version of those that never used it; for that, defaults never change.
    """
    meaning = {
        "version": version.model_dump(mode="json", exclude_defaults=True),
        "time_zone": file.time_zone,
        "promotion_zone": file.promotion_zone,
    }
    return _hashed(meaning, 16)


def version_parts(version: model.Version, file: model.ProgramFile) -> dict[str, str]:
    """Short hashes of a version's parts by their places in the file: they say what was changed."""
    meaning: dict[str, object] = version.model_dump(mode="json", exclude_defaults=True)
    parts: dict[str, object] = {"time_zone": file.time_zone, "promotion_zone": file.promotion_zone}
    for name, part in meaning.items():
        if isinstance(part, dict):
            parts |= {f"{name}.{key}": value for key, value in part.items()}
        else:
            parts[name] = part
    return {name: _hashed(part, 4) for name, part in parts.items()}


def _hashed(value: object, size: int) -> str:
    data = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    return blake2b(data, digest_size=size).hexdigest()


def _version(
    name: str, version: model.Version, file: model.ProgramFile, calendar: Calendar
) -> compiled.Version:
    ladders = tuple(
        compile_ladder(key, ladder, version, calendar) for key, ladder in version.ladders.items()
    )
    rewards = {
        key: compile_reward(key, reward, version, calendar)
        for key, reward in version.rewards.items()
    }
    price = pricing(version)
    rules = compile_rules(version, calendar)
    return compiled.Version(
        id=name,
        hash=version_hash(version, file),
        parts=version_parts(version, file),
        effective_from=calendar.start_of(version.effective_from),
        retroactive=version.retroactive,
        units={
            key: compiled.Unit(key, unit.scale, unit.spendable)
            for key, unit in version.units.items()
        },
        currencies=None if version.currencies is None else frozenset(version.currencies),
        enrolment=version.enrolment,
        rules=rules,
        freeze=freezing(version, file, ladders, calendar),
        price=price,
        limits=limiting(version, calendar, price),
        ladders=ladders,
        rewards=rewards,
        catalogue=tuple(reward for reward in rewards.values() if reward.cost is not None),
        gifts=tuple(reward for reward in rewards.values() if reward.on_enrolment),
        conversions=compile_conversions(version, calendar),
        redeeming=compile_redeeming(version),
        refund_mode=version.refund.mode,
        refund_custom=version.refund.custom_amount,
        refund_horizon_days=version.refund.horizon_days,
        negative=version.negative_balance,
        merge_tier=version.merge.tier,
        merge_vouchers=version.merge.vouchers,
        activities=_activities(version, rules),
        reviews=compile_reviews(version, calendar),
        referrals=compile_referrals(version, calendar),
        reminders=tuple(
            compiled.Reminder(key, *about(reminder), _before(reminder.days_before, calendar))
            for key, reminder in version.reminders.items()
        ),
        earning_ends=_starts(version.sunset.earning, calendar),
        redeeming_ends=_starts(version.sunset.redeeming, calendar),
        closes_at=_starts(version.sunset.lapse, calendar),
        accounting=compile_accounting(version),
        milestones=milestones(version, calendar),
        once_in=once_in(calendar),
        allowances=compile_allowances(version, calendar),
        recognition=compile_recognition(version, calendar),
        opt_in=opting_in(version),
        choose_day=choosing(version),
        birthdays_begun=begun(version, file, calendar),
        challenges=compile_challenges(version),
        streak_marks=counting(version, calendar) if version.streaks else None,
        lasting=lastings(version, calendar),
        lasts=lasting(version.expiry, calendar),
        renewing=_renewing(version),
        deliveries=compile_deliveries(version),
    )


def _pooled(version: compiled.Version) -> bool:
    return any(rule.pool for rule in version.rules.values()) or any(
        reward.stock for reward in version.rewards.values()
    )


def _activities(
    version: model.Version, rules: Mapping[str, compiled.Rule]
) -> dict[str, tuple[compiled.ActivityRule, ...]]:
    found: dict[str, tuple[compiled.ActivityRule, ...]] = {}
    first = next(iter(version.units), "")
    for name, rule in version.activities.items():
        unit = version.units.get(rule.unit or first)
        scale = 0 if unit is None else unit.scale
        made = compiled.ActivityRule(
            rules[name],
            rule.activity,
            _activity_price(name, rule, scale),
            rule.once,
            rule.reward,
            holds(rule.when, version, "activity") if rule.when != model.When() else None,
        )
        found[rule.activity] = (*found.get(rule.activity, ()), made)
    return found


def _activity_price(
    name: str, rule: model.ActivityEarning, scale: int
) -> Callable[[int, Frozen], compiled.Award | Missed]:
    top, bottom = ratio_of(rule.points)
    by_quantity = rule.each == "quantity"

    def price(quantity: int, _frozen: Frozen) -> compiled.Award | Missed:
        many, part = (quantity, MICRO) if by_quantity else (1, 1)
        points = many * top * 10**scale // (part * bottom)
        if not points and rule.reward is None:
            return Missed("nothing_to_earn_on", name)
        return compiled.Award(name, rule.unit or "", points, {"quantity": many, "points": points})

    return price


def about(reminder: model.Reminder) -> tuple[Literal["unit", "ladder", "reward"], str]:
    """What a reminder is about: the one of the three that it names."""
    if reminder.unit is not None:
        return "unit", reminder.unit
    if reminder.ladder is not None:
        return "ladder", reminder.ladder
    return "reward", reminder.reward or ""


def _before(days: int, calendar: Calendar) -> Callable[[int], int]:
    return lambda ends: calendar.days_after(ends, -days)


def _renewing(version: model.Version) -> frozenset[str]:
    return frozenset(activity for expiry in _expiries(version) for activity in expiry.renewed_by)


def _expiries(version: model.Version) -> list[model.Expiry]:
    named = [rule.expiry for rule in version.earning.values()]
    named += [rule.expiry for rule in version.activities.values()]
    named += [rule.expiry for rule in version.deliveries.values()]
    named += [rule.expiry for rule in version.streaks.values()]
    return [version.expiry, *(expiry for expiry in named if expiry is not None)]


def _starts(day: date | None, calendar: Calendar) -> int | None:
    return None if day is None else calendar.start_of(day)
