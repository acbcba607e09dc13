"""Every input type: its model, and the topic on which it comes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from schemas.inputs import (
    activities,
    members,
    memberships,
    purchases,
    recognition,
    referrals,
    requests,
    reviews,
)

if TYPE_CHECKING:
    from schemas.inputs.base import InputData

PURCHASES = "commerce.purchases.v1"
REFERRALS = "engagement.referrals.v1"
REVIEWS = "engagement.reviews.v1"
ACTIVITIES = "engagement.activities.v1"
MEMBERS = "loyalty.members.v1"
REQUESTS = "loyalty.requests.v1"


class InputType(NamedTuple):
    """One row of the contract, section 3."""

    model: type[InputData]
    topic: str


INPUTS: dict[str, InputType] = {
    "commerce.purchase.completed.v1": InputType(purchases.PurchaseCompleted, PURCHASES),
    "commerce.purchase.paid.v1": InputType(purchases.PurchasePaid, PURCHASES),
    "commerce.purchase.shipped.v1": InputType(purchases.PurchaseShipped, PURCHASES),
    "commerce.purchase.delivered.v1": InputType(purchases.PurchaseDelivered, PURCHASES),
    "commerce.purchase.cancelled.v1": InputType(purchases.PurchaseCancelled, PURCHASES),
    "commerce.purchase.refunded.v1": InputType(purchases.PurchaseRefunded, PURCHASES),
    "commerce.purchase.edited.v1": InputType(purchases.PurchaseEdited, PURCHASES),
    "engagement.referral.joined.v1": InputType(referrals.ReferralJoined, REFERRALS),
    "engagement.referral.completed.v1": InputType(referrals.ReferralCompleted, REFERRALS),
    "engagement.review.submitted.v1": InputType(reviews.ReviewSubmitted, REVIEWS),
    "engagement.review.approved.v1": InputType(reviews.ReviewApproved, REVIEWS),
    "engagement.review.rejected.v1": InputType(reviews.ReviewRejected, REVIEWS),
    "engagement.review.removed.v1": InputType(reviews.ReviewRemoved, REVIEWS),
    "engagement.review.edited.v1": InputType(reviews.ReviewEdited, REVIEWS),
    "engagement.nps.answered.v1": InputType(activities.NpsAnswered, REVIEWS),
    "engagement.activity.recorded.v1": InputType(activities.ActivityRecorded, ACTIVITIES),
    "engagement.recognition.given.v1": InputType(recognition.RecognitionGiven, ACTIVITIES),
    "loyalty.member.enrolled.v1": InputType(members.MemberEnrolled, MEMBERS),
    "loyalty.member.profile_changed.v1": InputType(members.ProfileChanged, MEMBERS),
    "loyalty.member.alias_linked.v1": InputType(members.AliasLinked, MEMBERS),
    "loyalty.member.merged.v1": InputType(members.MemberMerged, MEMBERS),
    "loyalty.member.unmerged.v1": InputType(members.MemberUnmerged, MEMBERS),
    "loyalty.member.erased.v1": InputType(members.MemberErased, MEMBERS),
    "loyalty.membership.started.v1": InputType(memberships.MembershipStarted, MEMBERS),
    "loyalty.membership.renewed.v1": InputType(memberships.MembershipRenewed, MEMBERS),
    "loyalty.membership.lapsed.v1": InputType(memberships.MembershipLapsed, MEMBERS),
    "loyalty.membership.cancelled.v1": InputType(memberships.MembershipCancelled, MEMBERS),
    "loyalty.points.adjusted.v1": InputType(requests.PointsAdjusted, REQUESTS),
    "loyalty.redemption.requested.v1": InputType(requests.RedemptionRequested, REQUESTS),
    "loyalty.redemption.committed.v1": InputType(requests.RedemptionCommitted, REQUESTS),
    "loyalty.redemption.released.v1": InputType(requests.RedemptionReleased, REQUESTS),
    "loyalty.redemption.reversed.v1": InputType(requests.RedemptionReversed, REQUESTS),
    "loyalty.promotion.opted_in.v1": InputType(requests.PromotionOptedIn, REQUESTS),
    "loyalty.bonus_day.chosen.v1": InputType(requests.BonusDayChosen, REQUESTS),
    "loyalty.entitlement.used.v1": InputType(requests.EntitlementUsed, REQUESTS),
}
