"""What changed in meaning between two versions of a program, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from processors.programs.figures import ratio_of
from processors.programs.model import Model

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from processors.programs.model import ProgramFile, Version

SECTIONS = {
    "earning": "earning rule",
    "activities": "activity",
    "deliveries": "delivery rule",
    "streaks": "streak",
    "caps": "shared cap",
    "promotions": "promotion",
    "ladders": "ladder",
    "tiers": "tier",
    "rewards": "reward",
    "conversions": "conversion",
    "reminders": "reminder",
    "allowances": "allowance",
    "accounting": "accounting of",
    "units": "unit",
}
"""What one item of a section is called."""
LABELS = {
    "by_tier": "rate of tier",
    "multiply_by_tier": "multiplier of tier",
    "at": "threshold",
    "counts": "figure that is counted",
    "needs": "figures that a tier needs",
    "held": "how long a tier is held",
    "per": "amount per step",
    "negative_balance": "policy for points already spent",
    "effective_from": "first day",
    "by_plan": "points with plan",
    "cap_by_plan": "cap with plan",
    "currencies": "currencies that are booked",
    "whole_steps": "counting whole steps",
    "reversible": "taking a commit back",
    "window": "window of the figure",
    "cost": "price",
    "kind": "way of ending",
    "every": "period",
    "takes": "points that go first",
    "downgrade": "falling from a tier",
    "cap_by_tier": "cap of tier",
    "judged": "time of judgement",
    "again": "granting at each multiple",
}
UNTOLD = {"effective_from"}
WHOLE = ("time_zone", "promotion_zone", "phone_region", "late")
"""What holds for all versions of a program."""


class Change(NamedTuple):
    """One difference: what it is about, and what is said of it."""

    about: str
    text: str


def changes(before: Version, after: Version) -> list[Change]:
    """Every difference of meaning. Empty: the two mean the same, whatever their wording."""
    return list(_models("", before, after))


def program_changes(before: ProgramFile, after: ProgramFile) -> list[Change]:
    """Every difference between two files: what holds for the whole program, then each version.

    Versions of one label are compared. A new one is compared with what was in force before it.
    """
    found = [
        change
        for name in WHOLE
        if getattr(before, name) != getattr(after, name)
        for change in _values("", name, getattr(before, name), getattr(after, name))
    ]
    for label, version in after.versions.items():
        was = before.versions.get(label) or _before(after, version)
        about = f"version {label}"
        if label not in before.versions:
            found.append(Change(about, f"is new: from {version.effective_from}"))
        elif was is not None and was.effective_from != version.effective_from:
            text = f"begins on {version.effective_from}, and began on {was.effective_from}"
            found.append(Change(about, text))
        if was is not None:
            found += [Change(f"{about}: {one.about}", one.text) for one in changes(was, version)]
    gone = [label for label in before.versions if label not in after.versions]
    return found + [Change(f"version {label}", "is gone") for label in gone]


def _before(file: ProgramFile, version: Version) -> Version | None:
    earlier = [v for v in file.versions.values() if v.effective_from < version.effective_from]
    return max(earlier, key=lambda one: one.effective_from, default=None)


def _models(about: str, before: Model, after: Model) -> Iterator[Change]:
    for name in type(before).model_fields:
        was, now = getattr(before, name), getattr(after, name)
        if name not in UNTOLD and not _same(was, now):
            yield from _values(about, name, was, now)


def _same(was: object, now: object) -> bool:
    """True for what means the same: 500 is 500.00."""
    if isinstance(was, str) and isinstance(now, str):
        try:
            return ratio_of(was) == ratio_of(now)
        except ValueError:
            return was == now
    return was == now


def _values(about: str, name: str, was: object, now: object) -> Iterator[Change]:
    if isinstance(was, dict) and isinstance(now, dict):
        yield from _items(about, name, was, now)
    elif isinstance(was, Model) and isinstance(now, Model):
        yield from _models(_joined(about, _label(name)), was, now)
    elif isinstance(now, Model) and was is None:
        yield Change(_joined(about, _label(name)), f"is new: {summary(now)}")
    elif isinstance(was, Model) and now is None:
        yield Change(_joined(about, _label(name)), "is gone")
    else:
        yield Change(_joined(about, _label(name)), f"is {said(now)}, was {said(was)}")


def _items(
    about: str, name: str, was: Mapping[str, object], now: Mapping[str, object]
) -> Iterator[Change]:
    word = SECTIONS.get(name) or _label(name)
    for key in [*was, *(key for key in now if key not in was)]:
        item = _joined(about, f"{word} {key}")
        old, new = was.get(key), now.get(key)
        if key in was and key in now and _same(old, new):
            continue
        if key not in was:
            yield Change(item, f"is new: {said(new)}")
        elif key not in now:
            yield Change(item, "is gone")
        elif isinstance(old, Model) and isinstance(new, Model):
            yield from _models(item, old, new)
        else:
            yield Change(item, f"is {said(new)}, was {said(old)}")


def _label(name: str) -> str:
    return LABELS.get(name, name.replace("_", " "))


def _joined(about: str, part: str) -> str:
    return f"{about}, {part}" if about else part


def summary(model: Model) -> str:
    """What a model says besides its defaults, in a line."""
    parts = [
        f"{_label(name)} {said(getattr(model, name))}"
        for name in type(model).model_fields
        if name in model.model_fields_set
    ]
    return "; ".join(parts) or "nothing but defaults"


def said(value: object) -> str:
    """A value in words."""
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, Model):
        return f"({summary(value)})"
    if isinstance(value, dict):
        return ", ".join(f"{key} {said(item)}" for key, item in value.items()) or "none"
    if isinstance(value, tuple):
        return ", ".join(said(item) for item in value) or "none"
    return str(value)
