"""Referrals and reviews."""

from __future__ import annotations

from typing import Literal

from processors.programs.model.earning import Cap, Expiry, Release
from processors.programs.model.words import Figure, Model, Money, Name, Points, Positive, UnitName


class Side(Model):
    """What one side of a referral gets; more for members of a plan."""

    unit: UnitName
    points: Points
    by_plan: dict[Name, Points] = {}
    cap: Cap | None = None
    cap_by_plan: dict[Name, Figure] = {}
    release: Release | None = None
    expiry: Expiry | None = None


class Referral(Model):
    """A referral, by the friend's first order or by its completion."""

    on: Literal["first_order", "completed"] = "first_order"
    friend: Side | None = None
    referrer: Side | None = None
    minimum_order: Money = "0"
    lookback_days: Positive = 30
    reverse: Literal["always", "until_release"] = "always"


class Review(Model):
    """What reviews earn."""

    unit: UnitName
    points: Points
    photo: Points | None = None
    verified_only: bool = True
    once_per_sku: bool = True
    per_day: Positive | None = None
    approve_after_days: Positive | None = None
    expiry: Expiry | None = None
