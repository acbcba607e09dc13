"""Referrals, both sides (semantics, section 10).

The friend's account decides whether a referral qualifies and tells the referrer's account, which
prices its own side: its plan and its caps are its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from processors.accounts.items import Referral
from processors.accounts.lots import Origin, earn, lot_id, merged_subject, pend
from processors.accounts.take import take_back
from processors.decisions.orders import goods_kept_minor
from processors.decisions.verdict import ACCEPTED, Verdict, refused
from schemas.transfers import ReferralFact

if TYPE_CHECKING:
    from processors.accounts.draft import Draft
    from processors.programs.compiled import Cap, ReferralRules, Rule, Version
    from schemas.inputs.referrals import ReferralCompleted, ReferralJoined

FIRST_ORDER = "first_order"
JOINED, QUALIFIED = "joined", "qualified"
INELIGIBLE, CANCELLED = "ineligible", "cancelled"
FRIEND, REFERRER = "friend", "referrer"


def is_self(draft: Draft, other: str) -> bool:
    """True when `other` is this account, an alias that it owns, or who was merged into it."""
    profile = draft.account.profile
    return other == draft.account.id or other in profile.aliases or other in profile.merged


def joined(draft: Draft, data: ReferralJoined) -> Verdict:
    """The friend came by somebody's invitation."""
    reason = None
    if is_self(draft, data.referrer):
        reason = "self_referral"
    elif data.already_registered:
        reason = "already_registered"
    elif data.same_device:
        reason = "same_device"
    state = JOINED if reason is None else INELIGIBLE
    _keep(draft, data.referral_id, data.referrer, state, reason)
    return ACCEPTED if reason is None else refused(reason)


def _keep(draft: Draft, referral_id: str, other: str, state: str, reason: str | None) -> Referral:
    version, origin = draft.version.id, merged_subject(draft)
    item = Referral(FRIEND, other, state, draft.time, reason=reason, version=version, origin=origin)
    draft.put("referrals", referral_id, item)
    return item


def completed(draft: Draft, data: ReferralCompleted) -> Verdict:
    """The friend did what the program asks; where the first order decides, this changes nothing."""
    known = draft.account.referrals.get(data.referral_id)
    if known is not None and known.reason is not None:
        return refused(known.reason)
    if is_self(draft, data.referrer):
        return refused("self_referral")
    rules = draft.version.referrals
    if rules is None or rules.on != "completed":
        return ACCEPTED
    item = known or _keep(draft, data.referral_id, data.referrer, JOINED, None)
    _qualify(draft, rules, data.referral_id, item, None)
    return ACCEPTED


def attribute_enrolment(draft: Draft, referrer: str) -> None:
    """A referrer named at enrolment."""
    if is_self(draft, referrer):
        draft.refuse("self_referral", "referral")
    else:
        _keep(draft, "enrolment", referrer, JOINED, None)


def judge_first_order(draft: Draft, order_id: str, referrer: str | None) -> None:
    """The first order decides once and for all; a later one never does."""
    rules = draft.version.referrals
    if rules is None or rules.on != FIRST_ORDER:
        return
    held = _attribution(draft, rules)
    if FIRST_ORDER in draft.account.marks:
        if referrer is not None or held is not None:
            draft.refuse("not_first_order", "referral")
        return
    draft.put("marks", FIRST_ORDER, order_id)
    if held is None and referrer is None:
        return
    if held is None:
        assert referrer is not None, "somebody was named"
        if is_self(draft, referrer):
            draft.refuse("self_referral", "referral")
            return
        held = (f"order-{order_id}", _keep(draft, f"order-{order_id}", referrer, JOINED, None))
    referral_id, item = held
    if is_self(draft, item.other):
        _fails(draft, referral_id, item, order_id, "self_referral")
    elif goods_kept_minor(draft.account.orders[order_id]) < rules.minimum_minor:
        _fails(draft, referral_id, item, order_id, "below_minimum_order")
    else:
        _qualify(draft, rules, referral_id, item, order_id)


def _fails(draft: Draft, referral_id: str, item: Referral, order_id: str, reason: str) -> None:
    draft.refuse(reason, "referral")
    draft.put("referrals", referral_id, replace(item, state=INELIGIBLE, order_id=order_id))


def _attribution(draft: Draft, rules: ReferralRules) -> tuple[str, Referral] | None:
    """The first attribution that is within its look-back. The first order uses none of it up."""
    calendar = draft.program.calendar
    if not draft.account.referrals:
        return None
    held = [
        (item.at, referral_id)
        for referral_id, item in draft.account.referrals.items()
        if item.side == FRIEND
        and item.reason is None
        and draft.time < calendar.days_after(item.at, rules.lookback_days)
    ]
    if not held:
        return None
    referral_id = min(held)[1]
    return referral_id, draft.account.referrals[referral_id]


def _qualify(
    draft: Draft, rules: ReferralRules, referral_id: str, item: Referral, order_id: str | None
) -> None:
    amount = rules.friend_amount(draft.account)
    item = replace(
        item, state=QUALIFIED, order_id=order_id, version=draft.version.id, granted=amount
    )
    draft.put("referrals", referral_id, item)
    if order_id is not None:
        order = draft.account.orders[order_id]
        draft.put("orders", order_id, replace(order, referral=referral_id))
    if rules.friend is not None and amount:
        _give(draft, rules.friend, referral_id, amount)
    draft.affect("referral.qualified", item.other, _fact(draft, referral_id, order_id))


def _fact(draft: Draft, referral_id: str, order_id: str | None) -> ReferralFact:
    return ReferralFact(draft.account.id, order_id, referral_id)


def _give(draft: Draft, rule: Rule, referral_id: str, amount: int) -> None:
    origin = Origin(f"referral/{referral_id}", draft.version.id, draft.time)
    release_at = rule.release_at(draft.time, draft.account)
    if release_at is None:
        earn(draft, rule, amount, origin)
    else:
        pend(draft, rule, amount, origin, release_at)
    draft.fire(rule.id, {"amount": amount})


def review_order(draft: Draft, order_id: str) -> None:
    """After a refund: below the minimum, or with nothing kept, both sides lose the referral."""
    order = draft.account.orders[order_id]
    item = draft.account.referrals.get(order.referral or "")
    if item is None or order.referral is None or item.state != QUALIFIED:
        return
    version = draft.program.version(item.version)
    rules = version.referrals
    if rules is None or goods_kept_minor(order) >= max(1, rules.minimum_minor):
        return
    draft.put("referrals", order.referral, replace(item, state=CANCELLED, granted=0))
    _take(draft, version, rules.friend, order.referral, max(0, item.granted - item.lapsed))
    draft.affect("referral.cancelled", item.other, _fact(draft, order.referral, order_id))


def _take(draft: Draft, version: Version, rule: Rule | None, referral_id: str, amount: int) -> None:
    rules = version.referrals
    if rule is None or rules is None or not amount:
        return
    own = [lot_id(f"referral/{referral_id}", rule.id)]
    policy = "only_pending" if rules.reverse == "until_release" else version.negative
    take_back(draft, rule.unit, amount, own, rule.id, policy)


def qualified_elsewhere(draft: Draft, data: ReferralFact) -> Verdict:
    """The referrer's side of a referral that qualified."""
    rules = draft.version.referrals
    key = f"{data.friend}/{data.referral_id}"
    known = draft.account.referrals.get(key)
    if rules is None or (known is not None and known.state != CANCELLED):
        return ACCEPTED
    if is_self(draft, data.friend):
        return refused("self_referral")
    amount = rules.referrer_amount(draft.account)
    cap = rules.cap(draft.account)
    cap_key = None if cap is None else f"cap/{cap.id}/{cap.window_of(draft.time, draft.account)}"
    if cap is not None and cap_key is not None:
        amount = _under_cap(draft, cap, cap_key, amount)
    if not amount:
        draft.refuse("referral_capped", "referral")
        return ACCEPTED
    item = Referral(
        REFERRER,
        data.friend,
        QUALIFIED,
        draft.time,
        order_id=data.order_id,
        version=draft.version.id,
        granted=amount,
        cap_key=cap_key,
        origin=merged_subject(draft),
    )
    draft.put("referrals", key, item)
    if rules.referrer is not None:
        _give(draft, rules.referrer, key, amount)
    return ACCEPTED


def _under_cap(draft: Draft, cap: Cap, key: str, amount: int) -> int:
    """What fits under the referrer's cap, and its use noted."""
    used = draft.account.counters.get(key, 0)
    if cap.counts == "points":
        amount = min(amount, max(0, cap.amount - used))
        draft.count(key, amount, merged_subject(draft))
    elif used >= cap.amount:
        amount = 0
    else:
        draft.count(key, 1, merged_subject(draft))
    return amount


def cancelled_elsewhere(draft: Draft, data: ReferralFact) -> Verdict:
    """The referrer's side of a referral whose order was returned."""
    key = f"{data.friend}/{data.referral_id}"
    item = draft.account.referrals.get(key)
    if item is None or item.state != QUALIFIED or item.order_id != data.order_id:
        # It was taken back already, or an earlier order came late and qualifies in its place.
        return ACCEPTED
    version = draft.program.version(item.version)
    rules = version.referrals
    draft.put("referrals", key, replace(item, state=CANCELLED, granted=0))
    if rules is not None:
        cap = rules.cap(draft.account)
        if cap is not None and item.cap_key is not None:
            room = -item.granted if cap.counts == "points" else -1
            draft.count(item.cap_key, room, item.origin)
        _take(draft, version, rules.referrer, key, max(0, item.granted - item.lapsed))
    return ACCEPTED
