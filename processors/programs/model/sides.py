"""Referrals and reviews."""

from __future__ import annotations

from typing import Literal

from processors.programs.model.earning import Cap, Expiry, Release
from processors.programs.model.words import (
    Figure,
    Model,
    Money,
    Name,
    Points,
    Positive,
    TierName,
    UnitName,
)


class Side(Model):
    """What one side of a referral gets; more for members of a plan, or of a tier."""

    unit: UnitName
    """What it gets."""
    points: Points
    """How many."""
    by_plan: dict[Name, Points] = {}
    """In the place of `points`, for members of a plan."""
    by_tier: dict[TierName, Points] = {}
    """The same, by the tier held as it qualifies; a plan goes first."""
    cap: Cap | None = None
    """At most so much for one member."""
    cap_by_plan: dict[Name, Figure] = {}
    """In the place of the cap's amount."""
    cap_by_tier: dict[TierName, Figure] = {}
    """The same, by the tier."""
    release: Release | None = None
    """When they become available; at once, unless named."""
    expiry: Expiry | None = None
    """When they end; by the version's `expiry`, unless named."""


class Referral(Model):
    """A referral, by the friend's first order or by its completion."""

    on: Literal["first_order", "completed"] = "first_order"
    """The friend's first order, or a `completed` event."""
    friend: Side | None = None
    """What the friend gets."""
    referrer: Side | None = None
    """What the referrer gets."""
    minimum_order: Money = "0"
    """Net goods of the first order."""
    lookback_days: Positive = 30
    """How long a link or code is remembered."""
    reverse: Literal["always", "until_release"] = "always"
    """Whether a return takes the points back after their release as well."""


class Review(Model):
    """What reviews earn."""

    unit: UnitName
    """What it earns."""
    points: Points
    """For an approved review."""
    photo: Points | None = None
    """More, if its first submission has media."""
    verified_only: bool = True
    """Only for who bought the product."""
    once_per_sku: bool = True
    """One rewarded review of a product."""
    per_day: Positive | None = None
    """Rewarded reviews in a day."""
    approve_after_days: Positive | None = None
    """A review that waits is approved by itself."""
    expiry: Expiry | None = None
    """When they end; by the version's `expiry`, unless named."""
