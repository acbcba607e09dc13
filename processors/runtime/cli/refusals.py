"""What is said to people of each reason for which a program says no."""

from __future__ import annotations

from schemas.refusals import RefusalReason as Reason

SAID = {
    Reason.NOT_ENROLLED: "the program asks members to enrol first",
    Reason.INSUFFICIENT_BALANCE: "there are not enough points available",
    Reason.BELOW_MINIMUM_BALANCE: "too little would remain available",
    Reason.BELOW_MINIMUM_ORDER: "the order is too small",
    Reason.ABOVE_MAXIMUM: "more than may be spent on this order",
    Reason.NOT_AN_INCREMENT: "points are spent in larger steps",
    Reason.UNKNOWN_REWARD: "the version in force has no such reward",
    Reason.REWARD_NOT_AVAILABLE: "the reward is not open now: its window, plan, limit or stock",
    Reason.TIER_TOO_LOW: "the reward is for another tier",
    Reason.UNKNOWN_REDEMPTION: "no such redemption was requested",
    Reason.REDEMPTION_CLOSED: "the redemption was committed, released or reversed already",
    Reason.UNKNOWN_ORDER: "the order that it waited for never came",
    Reason.ORDER_CLOSED: "the order was cancelled",
    Reason.OVER_REFUND: "more would come back than is kept",
    Reason.SELF_REFERRAL: "both sides are one member",
    Reason.ALREADY_REGISTERED: "the friend was registered before",
    Reason.SAME_DEVICE: "friend and referrer use one device",
    Reason.REFERRAL_CAPPED: "the referrer has had all that a member can get",
    Reason.NOT_FIRST_ORDER: "the friend has ordered before",
    Reason.NOT_VERIFIED: "the reviewer did not buy the product",
    Reason.UNKNOWN_REVIEW: "the review that it waited for never came",
    Reason.ALREADY_REVIEWED: "the product was reviewed by this member before",
    Reason.FREQUENCY_CAPPED: "this member had as many rewarded reviews today as there can be",
    Reason.ROLE_NOT_ALLOWED: "the member's role may not give, or not receive",
    Reason.NOT_TRANSFERABLE: "these points cannot be given to this member",
    Reason.ALLOWANCE_EXHAUSTED: "more than is left to give",
    Reason.QUOTA_EXHAUSTED: "as many were chosen as can be",
    Reason.EARNING_ENDED: "nothing is earned any more (`sunset`)",
    Reason.REDEEMING_ENDED: "nothing is redeemed any more (`sunset`)",
    Reason.TOO_LATE: "it comes too long after its time",
    Reason.WRONG_CURRENCY: "the program books other currencies",
    Reason.CURRENCY_MISMATCH: "the reward is in another currency",
    Reason.UNKNOWN_MEMBER: "nobody has claimed this alias in time",
    Reason.UNKNOWN_PROMOTION: "there is no such promotion now, or not for this member",
    Reason.ALIAS_TAKEN: "the alias is another member's",
    Reason.MEMBER_ERASED: "the member was erased",
}
"""By its name in the contract."""


def said(reason: str) -> str:
    """The reason in words; its name where it has none."""
    return next((text for name, text in SAID.items() if name == reason), reason)
