"""`engagement.referral.*`: the subject is the friend."""

from __future__ import annotations

from schemas.inputs.base import Id, InputData, Who


class ReferralJoined(InputData):
    """engagement.referral.joined.v1."""

    already_registered: bool = False
    referral_id: Id
    referrer: Who
    same_device: bool = False


class ReferralCompleted(InputData):
    """engagement.referral.completed.v1."""

    referral_id: Id
    referrer: Who
