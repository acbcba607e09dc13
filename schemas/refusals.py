"""The closed sets of the contract: reasons of a refusal, kinds of entries, reasons of expiry."""

from __future__ import annotations

from enum import StrEnum, unique


@unique
class RefusalReason(StrEnum):
    """Why a program says no (contract, section 5). Extended with care."""

    NOT_ENROLLED = "not_enrolled"
    INSUFFICIENT_BALANCE = "insufficient_balance"
    BELOW_MINIMUM_BALANCE = "below_minimum_balance"
    BELOW_MINIMUM_ORDER = "below_minimum_order"
    ABOVE_MAXIMUM = "above_maximum"
    NOT_AN_INCREMENT = "not_an_increment"
    UNKNOWN_REWARD = "unknown_reward"
    REWARD_NOT_AVAILABLE = "reward_not_available"
    TIER_TOO_LOW = "tier_too_low"
    UNKNOWN_REDEMPTION = "unknown_redemption"
    REDEMPTION_CLOSED = "redemption_closed"
    UNKNOWN_ORDER = "unknown_order"
    ORDER_CLOSED = "order_closed"
    OVER_REFUND = "over_refund"
    SELF_REFERRAL = "self_referral"
    ALREADY_REGISTERED = "already_registered"
    SAME_DEVICE = "same_device"
    REFERRAL_CAPPED = "referral_capped"
    NOT_FIRST_ORDER = "not_first_order"
    NOT_VERIFIED = "not_verified"
    UNKNOWN_REVIEW = "unknown_review"
    ALREADY_REVIEWED = "already_reviewed"
    FREQUENCY_CAPPED = "frequency_capped"
    ROLE_NOT_ALLOWED = "role_not_allowed"
    NOT_TRANSFERABLE = "not_transferable"
    ALLOWANCE_EXHAUSTED = "allowance_exhausted"
    QUOTA_EXHAUSTED = "quota_exhausted"
    EARNING_ENDED = "earning_ended"
    REDEEMING_ENDED = "redeeming_ended"
    TOO_LATE = "too_late"
    WRONG_CURRENCY = "wrong_currency"
    CURRENCY_MISMATCH = "currency_mismatch"
    UNKNOWN_MEMBER = "unknown_member"
    UNKNOWN_PROMOTION = "unknown_promotion"
    ALIAS_TAKEN = "alias_taken"
    MEMBER_ERASED = "member_erased"


@unique
class EntryKind(StrEnum):
    """What an entry does to a member's points (contract, section 4)."""

    EARNED = "points.earned"
    PENDED = "points.pended"
    RELEASED = "points.released"
    CANCELLED = "points.cancelled"
    REVERSED = "points.reversed"
    RESERVED = "points.reserved"
    UNRESERVED = "points.unreserved"
    REDEEMED = "points.redeemed"
    RESTORED = "points.restored"
    CONVERTED = "points.converted"
    UNCONVERTED = "points.unconverted"
    EXPIRED = "points.expired"
    ADJUSTED = "points.adjusted"
    TRANSFERRED = "points.transferred"
    CORRECTED = "points.corrected"


SIGNED = frozenset({EntryKind.ADJUSTED, EntryKind.TRANSFERRED, EntryKind.CORRECTED})
"""Kinds whose amount may be negative."""


@unique
class ExpiryReason(StrEnum):
    """Why points ended."""

    DATE = "date"
    INACTIVITY = "inactivity"
    YEAR_END = "year_end"
    MEMBERSHIP_ENDED = "membership_ended"
    ALLOWANCE_ENDED = "allowance_ended"
    RESET = "reset"
    PROGRAM_ENDED = "program_ended"
