"""Promotions: one effect each, and a time in which they run."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from processors.programs.figures import ratio_of
from processors.programs.lint.problems import Place, Problem, versions_of
from processors.programs.lint.versions import span_of
from processors.programs.model.words import MINOR

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processors.programs.model import ProgramFile, Promotion, Version

EFFECTS = ("multiply", "multiply_by_tier", "rate", "add")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEEK = len(WEEKDAYS)


def check(file: ProgramFile) -> Iterator[Problem]:
    """Promotions without an effect, without a time, or without a chance."""
    for place, version in versions_of(file):
        for name, promotion in version.promotions.items():
            here = (*place, "promotions", name)
            if len(effects(promotion)) != 1:
                text = "must have one effect: `multiply`, `multiply_by_tier`, `rate` or `add`"
                yield Problem("promotion-effect", here, text)
            elif promotion.target is not None and not promotion.add:
                text = "needs `add`: the points that reaching the target earns"
                yield Problem("promotion-effect", (*here, "target"), text)
            elif promotion.budget is not None and not promotion.add:
                text = "works with `add`: a multiplier's points are part of what its rules give"
                yield Problem("promotion-effect", (*here, "budget"), text)
            else:
                yield from _time(promotion, span_of(file, version), here)
                yield from _nothing(promotion, here)
                yield from _parts(promotion, version, here)
                yield from _after_the_end(promotion, version, here)
        yield from _hidden(version, place)


def effects(promotion: Promotion) -> list[str]:
    """The effects that a promotion names; it must be one."""
    return [name for name in EFFECTS if getattr(promotion, name)]


def _time(promotion: Promotion, span: tuple[date, date], place: Place) -> Iterator[Problem]:
    starts, ends = promotion.starts or date.min, promotion.ends or date.max
    if ends <= starts:
        yield _never((*place, "ends"), "must lie after `starts`, or the promotion never runs")
        return
    if starts >= span[1]:
        text = f"lies after its version, which is in force until {span[1]}: it never runs"
        yield _never((*place, "starts"), text)
    if ends <= span[0]:
        text = f"lies before its version, which is in force from {span[0]}: it never runs"
        yield _never((*place, "ends"), text)
    if promotion.weekdays is not None and (ends - starts).days < WEEK:
        days = {(starts + timedelta(days=day)).weekday() for day in range((ends - starts).days)}
        if not days & {WEEKDAYS.index(day) for day in promotion.weekdays}:
            yield _never((*place, "weekdays"), "none of these days lies in the window")
    if promotion.hours is not None and promotion.hours[0] >= promotion.hours[1]:
        text = "must end after they begin; a night is two promotions, until 24:00 and from 00:00"
        yield _never((*place, "hours"), text)


def _after_the_end(promotion: Promotion, version: Version, place: Place) -> Iterator[Problem]:
    last = version.sunset.earning
    if last is not None and promotion.starts is not None and promotion.starts >= last:
        text = f"lies after earning ended on {last} (`sunset`): it never runs"
        yield _never((*place, "starts"), text)
    ends = promotion.ends or date.max
    if promotion.created is not None and promotion.created >= ends:
        yield _never((*place, "created"), "lies after the promotion's end")


def _parts(promotion: Promotion, version: Version, place: Place) -> Iterator[Problem]:
    """What multiplies some lines needs rules that earn for each line by itself."""
    if promotion.applies_to == "order":
        return
    for name in promotion.rules or ():
        if name in version.earning and not version.earning[name].by_line:
            text = f"{name} earns for the whole order, so no part of it can be multiplied"
            yield Problem("promotion-effect", (*place, "applies_to"), text)


def _nothing(promotion: Promotion, place: Place) -> Iterator[Problem]:
    """Promotions that run, and change nothing."""
    for key in ("weekdays", "rules"):
        if getattr(promotion, key) == ():
            yield _never((*place, key), "is an empty list, so it never runs; leave it out for all")
    if not promotion.basis.kinds:
        yield _never((*place, "basis", "kinds"), "names no kind of line, so nothing counts")
    places = MINOR if promotion.target_counts == "spend" else 0
    if len((promotion.target or "").partition(".")[2].rstrip("0")) > places:
        what = promotion.target_counts
        text = f"counts {what}, which have {places or 'no'} decimal places"
        yield Problem("figure-places", (*place, "target"), text)
    if promotion.multiply is not None and _scaled(promotion.multiply) == _scaled("1"):
        yield _never((*place, "multiply"), "times 1 changes nothing; twice the points are 2")
    times = promotion.multiply_by_tier
    if times and all(_scaled(one) == _scaled("1") for one in times.values()):
        yield _never((*place, "multiply_by_tier"), "times 1 changes nothing at any tier")


def _never(place: Place, text: str) -> Problem:
    return Problem("promotion-never-runs", place, text)


def _hidden(version: Version, place: Place) -> Iterator[Problem]:
    """Where one promotion alone counts: those that another one always beats."""
    seen: dict[str, str] = {}
    for name, promotion in version.promotions.items():
        if promotion.starts and promotion.ends and promotion.ends <= promotion.starts:
            continue
        twin = seen.setdefault(promotion.model_dump_json(exclude={"created", "priority"}), name)
        if twin != name:
            text = f"says the same as {twin}: every such order meets both; leave one of them out"
            yield Problem("rule-shadowed", (*place, "promotions", name), text)
            continue
        for other, rival in version.promotions.items():
            if other == name or not _reaches(rival, promotion):
                continue
            if _beaten(version.stacking, promotion, rival):
                text = f"{other} always counts instead of it; make it better, or leave it out"
                yield Problem("rule-shadowed", (*place, "promotions", name), text)
                break


def _beaten(stacking: str, promotion: Promotion, rival: Promotion) -> bool:
    if promotion.rate and rival.rate and rival.priority >= promotion.priority:
        return rival.priority > promotion.priority or _scaled(rival.rate) > _scaled(promotion.rate)
    if stacking == "best_only":
        return _scaled(rival.multiply) > _scaled(promotion.multiply) > 0
    return stacking == "latest_only" and _newer(rival, promotion)


def _reaches(rival: Promotion, promotion: Promotion) -> bool:
    """True if the rival runs whenever the promotion does, without a condition of its own."""
    plain = type(rival).model_fields
    asks = ("when", "weekdays", "hours", "birthday", "chosen_days", "limit", "opt_in", "target")
    if any(getattr(rival, name) != plain[name].get_default() for name in asks):
        return False
    later = (rival.starts or date.min) <= (promotion.starts or date.min)
    longer = (rival.ends or date.max) >= (promotion.ends or date.max)
    return later and longer and (rival.rules is None or rival.rules == promotion.rules)


def _scaled(figure: str | None) -> int:
    top, bottom = ratio_of(figure or "0")
    return top * 10**9 // bottom


def _newer(rival: Promotion, promotion: Promotion) -> bool:
    return (rival.created or date.min) > (promotion.created or date.min)
