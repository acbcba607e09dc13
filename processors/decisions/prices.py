"""What a redemption costs, and why it may not be had (semantics, section 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from processors.accounts.rewards import gate
from schemas.values import parse_amount

if TYPE_CHECKING:
    from processors.accounts.draft import Draft
    from processors.programs.compiled import Redeeming
    from schemas.inputs.requests import RedemptionRequested


class Price(NamedTuple):
    """What a request costs, or why it is refused before the balance is looked at."""

    unit: str = ""
    amount: int = 0
    refusal: str | None = None


def price_of(draft: Draft, data: RedemptionRequested) -> Price:
    """The price of a request by reward or by amount, or its refusal."""
    return _price_of_reward(draft, data) if data.reward_id else _price_of_amount(draft, data)


def _price_of_reward(  # noqa: PLR0911 - one for each refusal, in their order
    draft: Draft, data: RedemptionRequested
) -> Price:
    assert data.reward_id is not None, "asked for by reward"
    version = draft.version
    reward = version.rewards.get(data.reward_id)
    if reward is None:
        return Price(refusal="unknown_reward")
    if version.redeeming_ends is not None and draft.time >= version.redeeming_ends:
        return Price(refusal="redeeming_ended")
    if reward.cost is None:
        return Price(refusal="reward_not_available")
    unit, amount = reward.unit or "", reward.cost(draft.time)
    shut = gate(version, draft.account, reward, draft.time)
    if shut is not None:
        return Price(unit, amount, shut)
    if _other_currency(draft, data, reward.currency):
        return Price(unit, amount, "currency_mismatch")
    if (data.order_total_minor or 0) < reward.minimum_order_minor:
        return Price(unit, amount, "below_minimum_order")
    return Price(unit, amount)


def _other_currency(draft: Draft, data: RedemptionRequested, own: str | None) -> bool:
    """True for a request in another currency than the reward's, or than the program books."""
    if data.currency is None:
        return False
    if own is not None:
        return data.currency != own
    booked = draft.version.currencies
    return booked is not None and data.currency not in booked


def _price_of_amount(  # noqa: PLR0911 - one for each refusal, in their order
    draft: Draft, data: RedemptionRequested
) -> Price:
    version, mode = draft.version, draft.version.redeeming
    if version.redeeming_ends is not None and draft.time >= version.redeeming_ends:
        return Price(refusal="redeeming_ended")
    unit = data.unit or min(mode.units, default="")
    if unit not in mode.units:
        return Price(refusal="reward_not_available")
    if _other_currency(draft, data, None):
        return Price(unit, 0, "currency_mismatch")
    total = data.order_total_minor
    if mode.minimum_order_minor and (total or 0) < mode.minimum_order_minor:
        return Price(unit, 0, "below_minimum_order")
    amount = parse_amount(data.amount or "0", version.units[unit].scale)
    if amount is None or amount < max(1, mode.minimum) or amount % mode.increment:
        return Price(unit, 0, "not_an_increment")
    if _above_maximum(mode, amount, total):
        return Price(unit, amount, "above_maximum")
    return Price(unit, amount)


def _above_maximum(mode: Redeeming, amount: int, total_minor: int | None) -> bool:
    if mode.ceiling is not None and amount > mode.ceiling(total_minor or 0):
        return True
    if not mode.remain_payable_minor or mode.point_minor is None:
        return False
    top, bottom = mode.point_minor
    return (total_minor or 0) * bottom - amount * top < mode.remain_payable_minor * bottom


def balance_refusal(draft: Draft, data: RedemptionRequested, price: Price) -> str | None:
    """Why the balance does not bear a price, or None."""
    available = draft.totals(price.unit).available
    if price.amount > available:
        return "insufficient_balance"
    if not data.reward_id and available - price.amount < draft.version.redeeming.minimum_balance:
        return "below_minimum_balance"
    return None
