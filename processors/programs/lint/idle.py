"""Keys that are set and change nothing where they stand, because another key says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from processors.programs import model
from processors.programs.lint.problems import Place, Problem, versions_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from processors.programs.model import Model, ProgramFile


class Idle(NamedTuple):
    """A key of a model that means nothing unless something else holds."""

    kind: type[Model]
    key: str
    works: Callable[..., bool]
    text: str


def _only(key: str, value: object) -> Callable[..., bool]:
    return lambda one: getattr(one, key) == value


TABLE = (
    Idle(model.Earning, "brackets", _only("measure", "brackets"), "works with `measure: brackets`"),
    Idle(
        model.Earning,
        "rate",
        lambda one: one.measure != "brackets",
        "is not asked where `brackets` say the points",
    ),
    Idle(model.Ladder, "rolling_days", _only("window", "rolling"), "works with `window: rolling`"),
    Idle(
        model.Ladder, "rolling_months", _only("window", "rolling"), "works with `window: rolling`"
    ),
    Idle(
        model.Ladder,
        "personal_months",
        _only("window", "personal"),
        "works with `window: personal`",
    ),
    Idle(model.Ladder, "hold_days", _only("window", "rolling"), "works with `window: rolling`"),
    Idle(
        model.Reward,
        "valid_until",
        lambda one: one.valid_days is None and not one.valid_days_by_tier,
        "is not asked where `valid_days` say how long",
    ),
    Idle(model.Ladder, "hold_months", _only("held", "months"), "works with `held: months`"),
    Idle(
        model.Ladder,
        "counts_bonus",
        lambda one: "points" in one.counted,
        "works with `counts: points`",
    ),
    Idle(
        model.Ladder,
        "settle_days",
        lambda one: not all(what.startswith("activity:") for what in one.counted),
        "works for orders; activities count at once",
    ),
    Idle(
        model.Ladder,
        "needs",
        lambda one: len(one.counted) > 1,
        "works with several figures: `counts: [spend, orders]`",
    ),
    Idle(
        model.Expiry,
        "day",
        lambda one: one.kind in {"month_start", "year_start"},
        "works with `kind: month_start` or `year_start`",
    ),
    Idle(model.Expiry, "month", _only("kind", "year_start"), "works with `kind: year_start`"),
    Idle(
        model.Expiry,
        "after",
        lambda one: one.kind != "never",
        "is not asked for by this kind",
    ),
    Idle(
        model.Expiry,
        "reason",
        lambda one: one.reason != "inactivity" or bool(one.renewed_by),
        "of `inactivity` works with `renewed_by`: what counts as activity",
    ),
    Idle(model.Expiry, "renewed_in", lambda one: bool(one.renewed_by), "works with `renewed_by`"),
    Idle(model.Expiry, "grace_days", lambda one: bool(one.paused_in), "works with `paused_in`"),
    Idle(
        model.Promotion,
        "unit",
        lambda one: one.add is not None,
        "works with `add`; a multiplier stays in the rule's unit",
    ),
    Idle(
        model.Promotion,
        "rules",
        lambda one: one.add is None,
        "works with `multiply` or `rate`: `add` is a rule of its own",
    ),
    Idle(
        model.Promotion,
        "each",
        lambda one: one.add is not None and one.target is None,
        "works with `add`, and without `target`",
    ),
    Idle(
        model.Promotion,
        "applies_to",
        lambda one: one.add is None,
        "works with `multiply` or `rate`",
    ),
    Idle(
        model.Promotion, "target_counts", lambda one: one.target is not None, "works with `target`"
    ),
    *(
        Idle(
            model.Promotion,
            key,
            lambda one: one.target is None,
            "is not asked for a challenge, which is earned once",
        )
        for key in ("limit", "group")
    ),
    Idle(
        model.Earning,
        "rounding_scope",
        lambda one: one.measure == "amount" and not one.rate.whole_steps,
        "works with `measure: amount`, and without `whole_steps`",
    ),
    Idle(
        model.Promotion,
        "announce_days",
        lambda one: one.starts is not None,
        "works with `starts`: there is nothing to announce",
    ),
    Idle(
        model.Redemption,
        "increment",
        lambda one: bool(one.by_amount),
        "works with `by_amount`: name the unit",
    ),
    Idle(
        model.Redemption,
        "ceiling",
        lambda one: bool(one.by_amount),
        "works with `by_amount`: name the unit",
    ),
    Idle(
        model.Redemption,
        "minimum_balance",
        lambda one: bool(one.by_amount),
        "works with `by_amount`: name the unit",
    ),
    Idle(
        model.Ladder,
        "basis",
        lambda one: bool({"spend", "orders"} & set(one.counted)),
        "works with `counts: spend` or `orders`",
    ),
    Idle(
        model.Redemption,
        "minimum",
        lambda one: bool(one.by_amount),
        "works with `by_amount`: name the unit",
    ),
    Idle(
        model.Reward,
        "limit",
        lambda one: one.cost is not None,
        "works for a reward with a `cost`; what is granted has its `quantity`",
    ),
    Idle(
        model.Reward,
        "prices",
        lambda one: one.cost is not None,
        "works with `cost`, the usual price",
    ),
    Idle(
        model.Reward,
        "valid_days",
        lambda one: one.cost is None,
        "works for what is granted; a reward with a `cost` is open while its price is there",
    ),
    Idle(
        model.ActivityEarning,
        "each",
        lambda one: one.points != "0",
        "works with `points`",
    ),
    Idle(
        model.Side, "cap_by_tier", lambda one: one.cap is not None, "works with `cap`: its period"
    ),
    Idle(
        model.Ladder,
        "downgrade",
        lambda one: one.held not in {"for_ever", "while_carried"},
        "works with a hold that ends: `window`, `next_window` or `months`",
    ),
    Idle(
        model.Side, "cap_by_plan", lambda one: one.cap is not None, "works with `cap`: its period"
    ),
)


def check(file: ProgramFile) -> Iterator[Problem]:
    """Every key that is set for nothing."""
    for place, version in versions_of(file):
        yield from _inside(version, place)


def _inside(one: Model, place: Place) -> Iterator[Problem]:
    for entry in TABLE:
        if type(one) is entry.kind and entry.key in one.model_fields_set and not entry.works(one):
            yield Problem("key-idle", (*place, entry.key), entry.text)
    for field in type(one).model_fields:
        yield from _items(getattr(one, field), (*place, field))


def _items(value: object, place: Place) -> Iterator[Problem]:
    if isinstance(value, model.Model):
        yield from _inside(value, place)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _items(item, (*place, key))
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _items(item, (*place, index))
