"""Why an order did not meet a promotion, in words: for previews, never for deciding."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from processors.programs.asked import in_words
from processors.programs.promotions import has_room, opening, window

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from processors.accounts.account import Account
    from processors.accounts.items import Order
    from processors.programs import model
    from processors.programs.calendars import Calendar
    from processors.programs.promotions import Window

RECURRING = ("weekdays", "hours", "birthday", "chosen_days", "opt_in")


class Part(NamedTuple):
    """One of the things that open a promotion, and what is said while it is shut."""

    open: Callable[[Order, Account, int], bool]
    text: str


def turned_away(
    version: model.Version, program: model.ProgramFile, calendar: Calendar
) -> Callable[[Order, Account], dict[str, str]]:
    """Promotions that an order did not meet, and why."""
    windows = [window(name, one, version, calendar) for name, one in version.promotions.items()]
    parts = {one.name: list(_parts(one, version, calendar)) for one in windows}
    own_zone = program.promotion_zone == "program"

    def reasons(order: Order, account: Account) -> dict[str, str]:
        zone = None if own_zone else account.profile.timezone
        wall = order.time if zone is None else order.time + calendar.shift(order.time, zone)
        return {
            one.name: _reason(one, parts[one.name], order, account, wall)
            for one in windows
            if one.name not in order.frozen.promotions
        }

    return reasons


def _parts(one: Window, version: model.Version, calendar: Calendar) -> Iterator[Part]:
    plain = {key: type(one.promotion).model_fields[key].default for key in RECURRING}
    for key in RECURRING:
        alone = {name: value for name, value in plain.items() if name != key}
        kept = one.promotion.model_copy(update=alone)
        yield Part(opening(one.name, kept, version, calendar), _shut(key, one.promotion))


def _shut(key: str, promotion: model.Promotion) -> str:
    if key == "weekdays":
        return f"runs on {', '.join(promotion.weekdays or ())} only"
    if key == "hours":
        return f"runs from {' to '.join(promotion.hours or ())} only"
    if key == "birthday":
        return f"is not in the birthday's {promotion.birthday}, or the date was told too late"
    if key == "chosen_days":
        return "is for days that the member chose, and this is none"
    return "is for members who opted in"


def _reason(one: Window, parts: list[Part], order: Order, account: Account, wall: int) -> str:
    promotion = one.promotion
    if wall < one.starts:
        return f"starts on {promotion.starts}"
    if wall >= one.ends:
        return f"ended with {promotion.ends}"
    shut = next((part.text for part in parts if not part.open(order, account, wall)), None)
    return shut or _unlike(one, order, account)


def _unlike(one: Window, order: Order, account: Account) -> str:
    """What the order, or the member, lacks while a promotion runs."""
    promotion = one.promotion
    condition = one.condition(order)
    if condition is not None:
        return in_words(condition, promotion.when, order)
    if not one.reached(order):
        return f"needs {promotion.when.minimum or 'more'} of what it looks at"
    if promotion.limit is not None and not has_room(one, order, account):
        return f"was used {promotion.limit.times} times in this {promotion.limit.per} already"
    return "is hidden by another promotion, or has nothing to add to"
