"""Redemptions: request, commit, release, reverse (semantics, section 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from processors.accounts.items import Lot, Parked, Part, Redemption
from processors.accounts.lasting import renew
from processors.accounts.lots import draw, keep, legs_of, merged_subject
from processors.accounts.returning import give_back
from processors.accounts.rewards import count_had, grant
from processors.decisions.pools import ASKED as ASKED_FOR
from processors.decisions.pools import ask, asked, give_room
from processors.decisions.prices import Price, balance_refusal, price_of
from processors.decisions.verdict import ACCEPTED, ASKED, Verdict, refused
from processors.decisions.waiting import apply_waiting, deadline
from schemas.ledger import Bucket, Leg
from schemas.values import canonical_of, identity

if TYPE_CHECKING:
    from processors.accounts.draft import Draft
    from schemas.inputs.requests import (
        RedemptionCommitted,
        RedemptionReleased,
        RedemptionRequested,
        RedemptionReversed,
    )

COMMITTED = "loyalty.redemption.committed.v1"


def requested(draft: Draft, data: RedemptionRequested) -> Verdict:
    """Reserve the points, at today's price; programs may commit at once."""
    price = price_of(draft, data)
    refusal = None if draft.forced else price.refusal or balance_refusal(draft, data, price)
    if refusal is not None:
        return refused(refusal)
    mode = draft.version.redeeming
    rule = f"redemption/{data.reward_id or 'amount'}"
    renew(draft, "redemption")
    payable = _payable(draft, price)
    drawn = draw(draft, price.unit, payable, "reserved")
    lent, legs_lent = _lend(draft, data.redemption_id, price, rule, price.amount - payable)
    parts, legs = (*drawn, *lent), (*legs_of(drawn, "available", "reserved"), *legs_lent)
    draft.post("points.reserved", price.unit, legs, rule)
    hold = data.hold_until if data.hold_until is not None else mode.hold_until(draft.time)
    item = Redemption(
        price.unit,
        price.amount,
        "reserved",
        parts,
        draft.time,
        reward_id=data.reward_id,
        hold_until=hold,
        version=draft.version.id,
        origin=merged_subject(draft),
    )
    draft.put("redemptions", data.redemption_id, item)
    reward = draft.version.rewards.get(data.reward_id or "")
    count_had(draft, reward, draft.time, 1)
    draft.fire(rule, {"unit": price.unit, "amount": price.amount})
    stock = None if reward is None else reward.stock
    if stock is not None:
        name = identity(draft.item.source, draft.item.id)
        ask(draft, stock, f"redemption/{data.redemption_id}", 1, draft.time, settles=name)
    if mode.mode == "immediate":
        _commit(draft, data.redemption_id)
    apply_waiting(draft, f"redemption/{data.redemption_id}")
    return ACCEPTED if stock is None else ASKED


def _lend(
    draft: Draft, redemption_id: str, price: Price, rule: str, short: int
) -> tuple[tuple[Part, ...], tuple[Leg, ...]]:
    """What a redemption that stays accepted lacks, after history changed: `balance.negative`."""
    if not short:
        return (), ()
    name = f"redemption/{redemption_id}/short"
    lot = Lot(price.unit, rule, f"redemption/{redemption_id}", draft.time, draft.version.id)
    draft.put("lots", name, replace(lot, reserved=short))
    source: Bucket = "debt" if draft.version.negative == "carry" else "issuer"
    return (Part(name, short, lot),), (Leg(source, "reserved", short, name),)


def _payable(draft: Draft, price: Price) -> int:
    """All of it; a redemption that late history left short of points takes what there is."""
    available = draft.totals(price.unit).available
    assert draft.forced or price.amount <= available, "a redemption beyond the balance was let in"
    return min(price.amount, available)


def committed(draft: Draft, data: RedemptionCommitted) -> Verdict:
    """The points are spent."""
    item = _open(draft, data.redemption_id, "reserved")
    if isinstance(item, Verdict):
        return item
    _commit(draft, data.redemption_id)
    return ACCEPTED


def released(draft: Draft, data: RedemptionReleased) -> Verdict:
    """The points go back to their lots."""
    item = _open(draft, data.redemption_id, "reserved")
    if isinstance(item, Verdict):
        return item
    if f"commit/{data.redemption_id}" in draft.account.marks:
        return refused("redemption_closed")
    release_hold(draft, data.redemption_id)
    return ACCEPTED


def _open(draft: Draft, redemption_id: str, state: str) -> Redemption | Verdict:
    """The redemption, if it stands in this state; or why nothing can be done about it.

    What was closed longer ago than orders are open is too late, remembered or not.
    """
    item = draft.account.redemptions.get(redemption_id)
    if item is None:
        seen = f"redemption/{redemption_id}" in draft.account.keys
        return refused("too_late" if seen else "unknown_redemption")
    if item.closed_at is not None:
        ends = draft.program.calendar.days_after(item.closed_at, draft.program.refund_horizon_days)
        if ends <= draft.time:
            return refused("too_late")
    return item if item.state == state else refused("redemption_closed")


def _rule(item: Redemption) -> str:
    return f"redemption/{item.reward_id or 'amount'}"


def _commit(draft: Draft, redemption_id: str) -> None:
    item = draft.account.redemptions[redemption_id]
    if asked(draft, f"redemption/{redemption_id}"):
        # Spent as soon as it is known that one is left.
        draft.put("redemptions", redemption_id, replace(item, hold_until=None))
        draft.put("marks", f"commit/{redemption_id}", str(draft.time))
        return
    for part in item.parts:
        lot = draft.account.lots[part.lot]
        keep(draft, part.lot, replace(lot, reserved=lot.reserved - part.amount))
    legs = legs_of(item.parts, "reserved", "redeemed")
    draft.post("points.redeemed", item.unit, legs, _rule(item))
    done = replace(item, state="committed", closed_at=draft.time, hold_until=None)
    draft.put("redemptions", redemption_id, done)
    reward = draft.version.rewards.get(item.reward_id or "")
    given = draft.version.rewards.get(reward.grants) if reward and reward.grants else None
    if given is not None:
        grant(draft, given, _rule(item))


def release_hold(draft: Draft, redemption_id: str) -> None:
    """Give back what a redemption reserved: by request, or because its time is over."""
    item = draft.account.redemptions[redemption_id]
    done = replace(item, state="released", closed_at=draft.time, hold_until=None)
    draft.put("redemptions", redemption_id, done)
    _not_had(draft, redemption_id, item)
    give_back(draft, "points.unreserved", item.unit, item.parts, "reserved", _rule(item))


def _not_had(draft: Draft, redemption_id: str, item: Redemption) -> None:
    reward = draft.program.version(item.version).rewards.get(item.reward_id or "")
    count_had(draft, reward, item.requested_at, -1)
    claim = f"redemption/{redemption_id}"
    if reward is not None and reward.stock is not None and not asked(draft, claim):
        give_room(draft, reward.stock, claim, 1, item.requested_at)


def stock_answered(draft: Draft, redemption_id: str, granted: int) -> tuple[Verdict, int]:
    """One was left for the redemption, or none: what it reserved goes back. Returns what it uses.

    It is still asked for, so nothing is given back here.
    """
    item = draft.account.redemptions.get(redemption_id)
    if item is None or item.state != "reserved":
        return ACCEPTED, 0
    mark = f"commit/{redemption_id}"
    commits = mark in draft.account.marks
    if commits:
        draft.put("marks", mark, None)
    if not granted:
        release_hold(draft, redemption_id)
        return refused("reward_not_available"), 0
    draft.count(f"{ASKED_FOR}redemption/{redemption_id}", -1)
    if commits:
        _commit(draft, redemption_id)
    return ACCEPTED, 1


def reversed_(draft: Draft, data: RedemptionReversed) -> Verdict:
    """Undo after commit: the points go back to their lots with their own dates."""
    item = _open(draft, data.redemption_id, "committed")
    if isinstance(item, Verdict):
        return item
    if not draft.program.version(item.version).redeeming.reversible:
        return refused("redemption_closed")
    done = replace(item, state="reversed", closed_at=draft.time)
    draft.put("redemptions", data.redemption_id, done)
    _not_had(draft, data.redemption_id, item)
    give_back(draft, "points.restored", item.unit, item.parts, "redeemed", _rule(item))
    return ACCEPTED


def commit_with_order(draft: Draft, redemption_id: str) -> None:
    """A purchase names its reservation: commit it, or wait for its request."""
    item = _open(draft, redemption_id, "reserved")
    if not isinstance(item, Verdict):
        _commit(draft, redemption_id)
        return
    if item.reason is not None and item.reason != "unknown_redemption":
        draft.refuse(item.reason, f"redemption/{redemption_id}")
        return
    here = draft.item
    waiting = Parked(
        COMMITTED,
        here.source,
        "",
        here.subject,
        draft.time,
        canonical_of({"redemption_id": redemption_id}),
        here.payload,
        f"redemption/{redemption_id}",
        deadline(draft, draft.time),
        here.arrival,
    )
    draft.put("parked", f"commit/{redemption_id}", waiting)
