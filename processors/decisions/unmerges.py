"""Undoing a merge: what the other id's own events produced goes back (semantics, section 10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec import Raw
from msgspec.structs import replace

from processors.accounts.counting import counts_at
from processors.accounts.draft import VALUES
from processors.accounts.lots import keep
from processors.accounts.rewards import follow_tiers
from processors.accounts.tiers import lower_tier
from processors.decisions.merges import DECODER, Belongings
from processors.decisions.verdict import ACCEPTED, Verdict
from schemas.ledger import Leg
from schemas.transfers import AliasClaim, MergeContent, MergeRequest

if TYPE_CHECKING:
    from processors.accounts.draft import Draft
    from processors.accounts.items import Lot
    from schemas.inputs.members import MemberUnmerged
    from schemas.ledger import Bucket

FREE: tuple[Bucket, ...] = ("available", "pending")
MOVED = "unmerge.moved"
CONTENT = msgspec.json.Decoder(MergeContent)


def unmerged(draft: Draft, data: MemberUnmerged) -> Verdict:
    """Send back what the other id's own events produced and is still there.

    What is reserved is not: it comes back, or is redeemed, where it was asked for. When a late
    event replays this, what was sent has been sent.
    """
    origin = data.from_member
    draft.affect("unmerge.requested", origin, MergeRequest(draft.account.id))
    content = _sent(draft) if draft.forced else _own(draft, origin)
    if not content.lots and not content.orders:
        return ACCEPTED
    for name, lot in sorted(content.lots.items()):
        _send(draft, name, lot)
    _let_go(draft, origin)
    sent = MergeContent(draft.account.id, Raw(VALUES.encode(content)))
    draft.affect(MOVED, origin, sent)
    return ACCEPTED


def _own(draft: Draft, origin: str) -> Belongings:
    """Lots and orders of the other id's own events."""
    lots, orders = draft.account.lots.items(), draft.account.orders.items()
    return Belongings(
        lots={
            key: replace(lot, origin=None, reserved=0)
            for key, lot in lots
            if lot.origin == origin and (lot.available or lot.pending)
        },
        orders={
            key.removeprefix(f"{origin}:"): replace(one, origin=None)
            for key, one in orders
            if one.origin == origin
        },
    )


def _sent(draft: Draft) -> Belongings:
    """What the account sent when it was first decided."""
    for effect in draft.sent:
        if effect.kind == MOVED:
            return DECODER.decode(CONTENT.decode(effect.data).content)
    return Belongings()


def _send(draft: Draft, name: str, lot: Lot) -> None:
    """A lot's points leave; what is not there any more, but has been sent, is owed."""
    held = draft.account.lots.get(name)
    legs: list[Leg] = []
    gone: dict[Bucket, int] = {}
    for bucket in FREE:
        amount: int = getattr(lot, bucket)
        has = 0 if held is None else min(amount, getattr(held, bucket))
        gone[bucket] = has
        legs += [Leg(bucket, "in_transit", has, name)] if has else []
        legs += [Leg(_owed(draft), "in_transit", amount - has)] if amount > has else []
    if held is not None:
        rest = {bucket: getattr(held, bucket) - has for bucket, has in gone.items()}
        keep(draft, name, replace(held, **rest))
    net = -sum(leg.amount for leg in legs)
    draft.post("points.transferred", lot.unit, tuple(legs), "unmerge", amount=net)


def _owed(draft: Draft) -> Bucket:
    return "debt" if draft.version.negative == "carry" else "issuer"


def _let_go(draft: Draft, origin: str) -> None:
    """The other id's orders leave, and so does what they counted here."""
    notices = len(draft.notices)
    orders = {key: one for key, one in draft.account.orders.items() if one.origin == origin}
    for key in sorted(orders):
        order = orders[key]
        draft.put("orders", key, None)
        for counter, amount in order.counted.items():
            draft.count(counter, -amount)
        for ladder in draft.version.ladders:
            lower_tier(draft, ladder, counts_at(ladder, order))
    follow_tiers(draft, notices)


def unrequested(draft: Draft, _data: MergeRequest) -> Verdict:
    """This id stands on its own again, and its aliases are its own."""
    profile = draft.account.profile
    draft.put("profile", "", replace(profile, owner=None))
    for alias in profile.aliases:
        draft.affect("alias.moved", alias, AliasClaim(alias, draft.account.id))
    return ACCEPTED
