"""Which decision answers which input, and what its business key is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, cast

from processors.decisions import (
    activities,
    aliases,
    answers,
    erasure,
    handing,
    members,
    memberships,
    merges,
    pools,
    purchases,
    recognition,
    redemptions,
    referrals,
    refunds,
    requests,
    reviews,
    unmerges,
)

if TYPE_CHECKING:
    from processors.accounts.draft import Draft
    from processors.decisions.verdict import Verdict


class Decision(Protocol):
    """Decides one type of input. Its data is a model of `schemas`, by the type."""

    def __call__(self, draft: Draft, data: object, /) -> Verdict:
        """Change the draft, or refuse and leave it alone."""


DECISIONS = cast(
    "dict[str, Decision]",
    {
        "commerce.purchase.completed.v1": purchases.completed,
        "commerce.purchase.paid.v1": purchases.paid,
        "commerce.purchase.shipped.v1": purchases.shipped,
        "commerce.purchase.delivered.v1": purchases.delivered,
        "commerce.purchase.cancelled.v1": refunds.cancelled,
        "commerce.purchase.refunded.v1": refunds.refunded,
        "commerce.purchase.edited.v1": refunds.edited,
        "loyalty.member.enrolled.v1": members.enrolled,
        "loyalty.member.profile_changed.v1": members.profile_changed,
        "loyalty.member.alias_linked.v1": members.alias_linked,
        "loyalty.member.merged.v1": merges.merged,
        "loyalty.member.unmerged.v1": unmerges.unmerged,
        "loyalty.member.erased.v1": erasure.erased,
        "loyalty.membership.started.v1": memberships.started,
        "loyalty.membership.renewed.v1": memberships.started,
        "loyalty.membership.lapsed.v1": memberships.lapsed,
        "loyalty.membership.cancelled.v1": memberships.cancelled,
        "engagement.referral.joined.v1": referrals.joined,
        "engagement.referral.completed.v1": referrals.completed,
        "engagement.review.submitted.v1": reviews.submitted,
        "engagement.review.approved.v1": reviews.approved,
        "engagement.review.rejected.v1": reviews.rejected,
        "engagement.review.removed.v1": reviews.removed,
        "engagement.review.edited.v1": reviews.edited,
        "engagement.nps.answered.v1": activities.answered,
        "engagement.activity.recorded.v1": activities.recorded,
        "engagement.recognition.given.v1": recognition.given,
        "loyalty.points.adjusted.v1": requests.adjusted,
        "loyalty.redemption.requested.v1": redemptions.requested,
        "loyalty.redemption.committed.v1": redemptions.committed,
        "loyalty.redemption.released.v1": redemptions.released,
        "loyalty.redemption.reversed.v1": redemptions.reversed_,
        "loyalty.promotion.opted_in.v1": requests.opted_in,
        "loyalty.bonus_day.chosen.v1": requests.day_chosen,
        "loyalty.entitlement.used.v1": requests.entitlement_used,
        "transfer.alias.claimed": aliases.claimed,
        "transfer.alias.moved": aliases.moved,
        "transfer.alias.released": erasure.alias_released,
        "transfer.erase.requested": erasure.erased,
        "transfer.alias.granted": members.alias_granted,
        "transfer.alias.refused": members.alias_refused,
        "transfer.referral.qualified": referrals.qualified_elsewhere,
        "transfer.referral.cancelled": referrals.cancelled_elsewhere,
        "transfer.recognition.moved": recognition.received,
        "transfer.move.returned": recognition.returned,
        "transfer.pool.claimed": pools.claimed,
        "transfer.pool.granted": answers.answered,
        "transfer.pool.returned": pools.returned,
        "transfer.merge.requested": handing.requested,
        "transfer.merge.moved": merges.received,
        "transfer.unmerge.requested": unmerges.unrequested,
        "transfer.unmerge.moved": unmerges.returned,
    },
)
"""Every input type of the contract, and every transfer but `forward`."""

BUSINESS_KEYS: dict[str, tuple[str, str]] = {
    "commerce.purchase.completed.v1": ("order", "order_id"),
    "commerce.purchase.refunded.v1": ("refund", "refund_id"),
    "loyalty.points.adjusted.v1": ("adjustment", "adjustment_id"),
    "loyalty.redemption.requested.v1": ("redemption", "redemption_id"),
    "engagement.referral.joined.v1": ("joined", "referral_id"),
    "engagement.referral.completed.v1": ("completed", "referral_id"),
    "engagement.review.submitted.v1": ("review", "review_id"),
    "engagement.recognition.given.v1": ("recognition", "recognition_id"),
    "engagement.nps.answered.v1": ("survey", "survey_id"),
}
"""By type: the kind of key, and the field of the data that holds it (contract, section 1)."""
