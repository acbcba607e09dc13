"""Points that members hand to each other, and the allowance they come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.accounts.lots import Origin, credit, draw, legs_of
from processors.decisions.members import why_not
from processors.decisions.verdict import ACCEPTED, Verdict, refused
from schemas.ledger import Leg
from schemas.transfers import Move
from schemas.values import parse_amount

if TYPE_CHECKING:
    from processors.accounts.account import Account
    from processors.accounts.draft import Draft
    from processors.programs.compiled import Recognition
    from schemas.inputs.recognition import RecognitionGiven
    from schemas.ledger import Bucket

RULE = "recognition"
ROLE = "role_not_allowed"


def _role(rules: Recognition, account: Account) -> str:
    if rules.role_attribute is None:
        return rules.default_role
    return str(account.profile.attributes.get(rules.role_attribute, rules.default_role))


def _way(rules: Recognition) -> Bucket:
    """Points of one unit travel; where the unit changes they are taken in, and given out anew."""
    return "in_transit" if rules.giving == rules.earned.unit else "issuer"


def given(draft: Draft, data: RecognitionGiven) -> Verdict:
    """Move a part of the allowance to another member, through the in-transit account."""
    rules = draft.version.recognition
    if rules is None:
        return refused("not_transferable")
    if _role(rules, draft.account) not in rules.givers and not draft.forced:
        return refused(ROLE)
    amount = parse_amount(data.amount, draft.unit(rules.giving).scale)
    available = draft.totals(rules.giving).available
    if data.to == draft.account.id:
        return refused("not_transferable")
    if amount is None or (amount > available and not draft.forced):
        # The receiver's role comes before the allowance: a move of nothing asks for it.
        draft.affect("recognition.moved", data.to, _move(draft, rules, data, 0))
        return refused("allowance_exhausted")
    way = _way(rules)
    parts = draw(draft, rules.giving, min(amount, available), way)
    legs = legs_of(parts, "available", way)
    if amount > available:
        # A late event took away what had been given already.
        owed: Bucket = "debt" if draft.version.negative == "carry" else "issuer"
        legs = (*legs, Leg(owed, way, amount - available))
    draft.post("points.transferred", rules.giving, legs, RULE, amount=-amount)
    draft.affect("recognition.moved", data.to, _move(draft, rules, data, amount))
    return ACCEPTED


def _move(draft: Draft, rules: Recognition, data: RecognitionGiven, amount: int) -> Move:
    unit = rules.earned.unit
    return Move(amount, data.recognition_id, unit, draft.account.id, rules.giving)


def _unfit(draft: Draft, rules: Recognition | None, giver: str) -> str | None:
    """What speaks against the receiver; a move that was received stays received."""
    if giver == draft.account.id:
        # He named himself by one of his aliases.
        return "not_transferable"
    if rules is not None and (draft.forced or _role(rules, draft.account) in rules.receivers):
        return None
    return ROLE


def received(draft: Draft, data: Move) -> Verdict:
    """Take what somebody gave; who may not receive sends it back."""
    rules = draft.version.recognition
    reason = why_not(draft) or _unfit(draft, rules, data.giver)
    if rules is None or reason is not None:
        draft.affect("move.returned", data.giver, data)
        return refused(reason or ROLE)
    if data.amount:
        origin = Origin(f"recognition/{data.giver}/{data.id}", draft.version.id, draft.time)
        ends = rules.earned.expires_at(draft.time, draft.account)
        way = _way(rules)
        credit(draft, "points.transferred", way, rules.earned, data.amount, origin, ends)
    return ACCEPTED


def returned(draft: Draft, data: Move) -> Verdict:
    """What could not be received comes back."""
    rules = draft.version.recognition
    assert rules is not None, "only a program with recognition gave it"
    granted = (one.rule for one in draft.version.allowances if one.rule.unit == data.from_unit)
    rule = next(granted, rules.earned)
    if data.amount:
        origin = Origin(f"recognition/{data.id}/returned", draft.version.id, draft.time)
        ends = rule.expires_at(draft.time, draft.account)
        credit(draft, "points.transferred", _way(rules), rule, data.amount, origin, ends)
    return ACCEPTED
