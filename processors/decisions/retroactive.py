"""A retroactive version prices earlier grants again; one adjustment posts the difference.

Semantics, section 10. Referrals are priced at the figures without a plan: what a member's plan was
when they were given is not the new version's concern.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from msgspec.structs import replace

from processors.accounts.account import Account
from processors.accounts.lots import Origin, credit
from processors.accounts.take import take_away
from processors.decisions.caps import use_caps
from processors.decisions.orders import within_caps
from processors.decisions.referrals import FRIEND, QUALIFIED

if TYPE_CHECKING:
    from processors.accounts.draft import Draft
    from processors.accounts.items import Order
    from processors.programs.compiled import Rule

RETROACTIVE = "retroactive"


def price_again(draft: Draft) -> None:
    """Post what each unit has more, or less, by the version in force."""
    more: dict[str, tuple[Rule, int]] = {}
    for rule, amount in (*_orders(draft), *_referrals(draft)):
        known = more.get(rule.unit)
        more[rule.unit] = (rule, amount) if known is None else (known[0], known[1] + amount)
    for unit, (rule, amount) in sorted(more.items()):
        origin = Origin(f"version/{draft.version.id}", draft.version.id, draft.time)
        if amount > 0:
            ends = rule.expires_at(draft.time, draft.account)
            credit(draft, "points.corrected", "issuer", rule, amount, origin, ends)
        elif amount < 0:
            take_away(draft, "points.corrected", unit, -amount, rule.id)
        draft.fire(RETROACTIVE, {"unit": unit, "amount": amount})


def _orders(draft: Draft) -> list[tuple[Rule, int]]:
    """Orders by the new version's rules and caps, with what was frozen when they came.

    One that holds points of a rule which is gone stays with the version that knows the rule, and
    what all members share is not asked for again.
    """
    found: list[tuple[Rule, int]] = []
    version = draft.version
    for order_id, order in sorted(draft.account.orders.items(), key=_by_time):
        if order.cancelled or not order.paid or not order.granted:
            continue
        if order.granted.keys() - version.rules.keys():
            continue
        awards = {award.rule: award.amount for award in version.price(order)[0]}
        changed = dict(order.granted)
        for name in sorted(awards.keys() & order.granted.keys()):
            rule, had = version.rules[name], order.granted[name]
            if rule.pool is None:
                _count_under_new(draft, order, rule, had)
                changed[name] = within_caps(draft, order, rule, awards[name], had)
                found.append((rule, changed[name] - had))
        granted = {name: amount for name, amount in changed.items() if amount}
        if granted != order.granted or any(version.rules[name].caps for name in granted):
            draft.put("orders", order_id, replace(order, granted=granted, version=version.id))
    return [(rule, more) for rule, more in found if more]


def _by_time(item: tuple[str, Order]) -> tuple[int, str]:
    """Whoever came first has the room under a cap."""
    return item[1].time, item[0]


def _count_under_new(draft: Draft, order: Order, rule: Rule, had: int) -> None:
    """What an order holds counts under caps that its own version did not have."""
    before = draft.version_of(order).rules.get(rule.id)
    known = {cap.id for cap in before.caps} if before is not None else set()
    fresh = tuple(cap for cap in rule.caps if cap.id not in known)
    use_caps(draft, dataclasses.replace(rule, caps=fresh), had, 0, order.time, order.origin)


def _referrals(draft: Draft) -> list[tuple[Rule, int]]:
    rules = draft.version.referrals
    if rules is None:
        return []
    found: list[tuple[Rule, int]] = []
    plain = Account("")
    for name, item in sorted(draft.account.referrals.items()):
        friend = item.side == FRIEND
        rule = rules.friend if friend else rules.referrer
        if item.state != QUALIFIED or rule is None:
            continue
        amount = rules.friend_amount(plain) if friend else rules.referrer_amount(plain)
        more = amount - item.granted
        if not friend:
            more = _fitting(draft, item.cap_key, more)
        if more:
            draft.put("referrals", name, replace(item, granted=item.granted + more))
            found.append((rule, more))
    return found


def _fitting(draft: Draft, cap_key: str | None, more: int) -> int:
    """What fits under the new cap, and its use noted."""
    rules = draft.version.referrals
    cap = None if rules is None else rules.cap(draft.account)
    if cap is None or cap_key is None or cap.counts != "points":
        return more
    more = min(more, max(0, cap.amount - draft.account.counters.get(cap_key, 0)))
    draft.count(cap_key, more)
    return more
