"""Product reviews (semantics, section 10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from processors.accounts.items import Review
from processors.accounts.lots import Origin, earn, lot_id, merged_subject, pend, release
from processors.accounts.take import take_back
from processors.decisions.conversions import convert, undo_vouchers
from processors.decisions.verdict import ACCEPTED, Verdict, parked, refused
from processors.decisions.waiting import apply_waiting

if TYPE_CHECKING:
    from processors.accounts.draft import Draft
    from processors.programs.compiled import ReviewRules, Rule
    from schemas.inputs.reviews import (
        ReviewApproved,
        ReviewEdited,
        ReviewRejected,
        ReviewRemoved,
        ReviewSubmitted,
    )

PENDING, APPROVED = "pending", "approved"
REJECTED, REMOVED, REFUSED = "rejected", "removed", "refused"


def submitted(draft: Draft, data: ReviewSubmitted) -> Verdict:
    """Earn for a review, at once or when it is approved."""
    rules = draft.version.reviews
    state = data.moderation
    origin = merged_subject(draft)
    review = Review(data.sku, state, draft.time, version=draft.version.id, origin=origin)
    refusal = None if rules is None else _refusal(draft, rules, data)
    if rules is None or refusal is not None:
        draft.put("reviews", data.review_id, replace(review, state=REFUSED))
        return ACCEPTED if refusal is None else refused(refusal)
    key = _cap_key(draft, rules)
    if key is not None:
        draft.count(key, 1, origin)
    amounts = {rule.id: amount for rule, amount in _worth(rules, photo=bool(data.has_media))}
    wait = rules.approve_at(draft.time, draft.account) if state == PENDING else None
    review = replace(review, granted=amounts, approve_at=wait, day=key)
    draft.put("reviews", data.review_id, review)
    source = Origin(f"review/{data.review_id}", draft.version.id, draft.time)
    for rule, amount in _worth(rules, photo=bool(data.has_media)):
        if state == PENDING:
            pend(draft, rule, amount, source, None)
        else:
            earn(draft, rule, amount, source)
        draft.fire(rule.id, {"amount": amount})
    convert(draft, draft.version)
    apply_waiting(draft, f"review/{data.review_id}")
    return ACCEPTED


def _worth(rules: ReviewRules, *, photo: bool) -> list[tuple[Rule, int]]:
    worth = [(rules.rule, rules.amount)]
    if photo and rules.photo is not None:
        worth.append((rules.photo, rules.photo_amount))
    return worth


def _refusal(draft: Draft, rules: ReviewRules, data: ReviewSubmitted) -> str | None:
    """The first refusal in the order that semantics names."""
    if rules.verified_only and not data.verified:
        return "not_verified"
    reviews = draft.account.reviews.values()
    if rules.once_per_sku and any(
        review.sku == data.sku and review.state in {PENDING, APPROVED} for review in reviews
    ):
        return "already_reviewed"
    key = _cap_key(draft, rules)
    if key is not None and rules.cap is not None:
        used = draft.account.counters.get(key, 0)
        return "frequency_capped" if used >= rules.cap.amount else None
    return None


def _cap_key(draft: Draft, rules: ReviewRules) -> str | None:
    if rules.cap is None:
        return None
    return f"cap/{rules.cap.id}/{rules.cap.window_of(draft.time, draft.account)}"


def approved(draft: Draft, data: ReviewApproved) -> Verdict:
    """A review that waited is approved: its points become available."""
    review = draft.account.reviews.get(data.review_id)
    if review is None:
        return parked(f"review/{data.review_id}")
    if review.state == PENDING:
        approve_by_itself(draft, data.review_id)
    return ACCEPTED


def approve_by_itself(draft: Draft, review_id: str) -> None:
    """Release what a waiting review holds."""
    review = draft.account.reviews[review_id]
    draft.put("reviews", review_id, replace(review, state=APPROVED, approve_at=None))
    for rule in review.granted:
        name = lot_id(f"review/{review_id}", rule)
        if name in draft.account.lots:
            release(draft, name)
    convert(draft, draft.program.version(review.version))


def rejected(draft: Draft, data: ReviewRejected) -> Verdict:
    """A review that waited earns nothing."""
    return _undo(draft, data.review_id, REJECTED)


def removed(draft: Draft, data: ReviewRemoved) -> Verdict:
    """A review that is gone pays back what it earned."""
    return _undo(draft, data.review_id, REMOVED)


def _undo(draft: Draft, review_id: str, state: str) -> Verdict:
    review = draft.account.reviews.get(review_id)
    if review is None:
        return parked(f"review/{review_id}")
    if review.state not in {PENDING, APPROVED}:
        return ACCEPTED
    done = replace(review, state=state, approve_at=None, granted={}, day=None)
    draft.put("reviews", review_id, done)
    if review.day is not None:
        draft.count(review.day, -1, review.origin)
    version = draft.program.version(review.version)
    for rule, amount in review.granted.items():
        own = [lot_id(f"review/{review_id}", rule)]
        unit = version.rules[rule].unit
        policy = version.negative
        take_back(draft, unit, amount, own, rule, policy, undo_vouchers(version))
    return ACCEPTED


def edited(draft: Draft, data: ReviewEdited) -> Verdict:
    """An edit earns nothing: the first submission decides."""
    if data.review_id not in draft.account.reviews:
        return parked(f"review/{data.review_id}")
    return ACCEPTED
