"""Reviews and referrals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

    from processors.accounts.account import Account
    from processors.programs.compiled.earning import Cap, Rule


@dataclass(frozen=True, slots=True)
class ReviewRules:
    """What reviews earn."""

    rule: Rule
    amount: int
    photo: Rule | None
    photo_amount: int
    verified_only: bool
    once_per_sku: bool
    cap: Cap | None
    approve_at: Callable[[int, Account], int | None]
    """When a review that waits for a moderator is approved by itself."""


@dataclass(frozen=True, slots=True)
class ReferralRules:
    """A two-sided referral."""

    on: Literal["first_order", "completed"]
    friend: Rule | None
    friend_amount: Callable[[Account], int]
    referrer: Rule | None
    referrer_amount: Callable[[Account], int]
    minimum_minor: int
    lookback_days: int
    cap: Callable[[Account], Cap | None]
    """The referrer's cap, which may depend on his plan."""
    reverse: Literal["always", "until_release"]
