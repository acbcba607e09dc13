"""Handing over: how what an account holds leaves it, in a merge and in an unmerge.

When a late event replays it, what was handed over has been; only what came since goes after it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Raw
from msgspec.structs import replace

from processors.accounts.draft import VALUES
from processors.accounts.items import Lot
from processors.accounts.lots import keep
from processors.accounts.origins import told_apart, under
from processors.accounts.telling import tell
from processors.decisions.belongings import DECODER, KEPT_BY_KEY, Belongings, all_of
from processors.decisions.verdict import ACCEPTED, Verdict, refused
from schemas.ledger import Leg
from schemas.transfers import CONTENT_DECODER, AliasClaim, MergeContent, MergeRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from processors.accounts.draft import Draft
    from schemas.ledger import Bucket

MERGE, MOVED = "merge", "merge.moved"
BUCKETS: tuple[Bucket, ...] = ("available", "pending", "reserved")
LEFT = (*KEPT_BY_KEY, "marks", "parked", "counters", "timers")
"""Collections that a merged account does not keep."""


def requested(draft: Draft, data: MergeRequest) -> Verdict:
    """Hand over everything, and send what comes later on to the survivor."""
    account = draft.account
    if account.id == data.survivor:
        # He named himself by one of his aliases.
        draft.settles += [data.settles] if data.settles else []
        return refused("self_referral")
    if account.profile.erased:
        nothing = MergeContent(account.id, Raw(b"{}"), data.settles)
        draft.affect(MOVED, data.survivor, nothing)
        return refused("member_erased")
    sent = sent_before(draft, MOVED, lambda moved: moved.cause == data.settles)
    for content in sent:
        _part_with(draft, content)
    content = _moving(draft)
    if sent:
        content = replace(content, keys={}, marks={}, counters={}, standings={})
    if not sent or content != Belongings(members=content.members):
        settles = None if sent else data.settles
        packed = Raw(VALUES.encode(content))
        moved = MergeContent(account.id, packed, settles, cause=data.settles)
        draft.affect(MOVED, data.survivor, moved)
    for alias in account.profile.aliases:
        claim = AliasClaim(alias, data.survivor, member=account.id)
        draft.affect("alias.moved", alias, claim)
    send(draft, dict(account.lots), content.debts, BUCKETS, MERGE)
    _leave(draft)
    draft.put("profile", "", replace(account.profile, owner=data.survivor, merged={}))
    return ACCEPTED


def _moving(draft: Draft) -> Belongings:
    """Everything, but for what the program says does not move (`merge`)."""
    version, content = draft.version, all_of(draft.account)
    if version.merge_tier != "highest":
        content = replace(content, standings={})
    if version.merge_vouchers != "move":
        content = replace(content, grants={})
    if version.merge_tier == "survivor":
        stay = {ladder.id for ladder in version.ladders}
        counters = {
            key: amount
            for key, amount in content.counters.items()
            if key.partition("/")[0] not in stay
        }
        content = replace(content, counters=counters)
    return content


def _leave(draft: Draft) -> None:
    """Nothing stays, but for the tiers as they were: who is parted again takes them up again."""
    account = draft.account
    for name, item in sorted(account.grants.items()):
        tell(draft, "withdrawn", name, item, item.quantity, MERGE)
    for collection in LEFT:
        for key in sorted(getattr(account, collection)):
            draft.put(collection, key, None)
    for ladder, standing in sorted(account.standings.items()):
        if not told_apart(ladder, (account.id,)):
            draft.put("standings", ladder, None)
            draft.put("standings", under(account.id, ladder), replace(standing, until=None))


def sent_before(draft: Draft, kind: str, about: Callable[[MergeContent], bool]) -> list[Belongings]:
    """What the account has sent for this, when it was decided and since."""
    found: list[Belongings] = []
    for effect in draft.sent if draft.forced else ():
        moved = CONTENT_DECODER.decode(effect.data) if effect.kind == kind else None
        if moved is not None and about(moved):
            found.append(DECODER.decode(moved.content))
    return found


def _part_with(draft: Draft, content: Belongings) -> None:
    """What a merge has handed over leaves once more, as it was."""
    send(draft, content.lots, content.debts, BUCKETS, MERGE)
    for collection in (*KEPT_BY_KEY, "parked"):
        for key in sorted(getattr(content, collection)):
            if key in getattr(draft.account, collection):
                draft.put(collection, key, None)


def send(
    draft: Draft,
    lots: Mapping[str, Lot],
    debts: Mapping[str, int],
    buckets: Sequence[Bucket],
    rule: str,
) -> None:
    """Points of lots leave, and debts with them: one entry for each unit."""
    legs: dict[str, list[Leg]] = {}
    for name, lot in sorted(lots.items()):
        legs.setdefault(lot.unit, []).extend(_away(draft, name, lot, buckets))
    for unit, debt in sorted(debts.items()):
        legs.setdefault(unit, []).extend(_debt_away(draft, unit, debt))
    for unit, moved in sorted(legs.items()):
        net = sum(leg.amount if leg.source == "in_transit" else -leg.amount for leg in moved)
        draft.post("points.transferred", unit, tuple(moved), rule, amount=net)


def _away(draft: Draft, name: str, lot: Lot, buckets: Sequence[Bucket]) -> list[Leg]:
    """What is not there any more, but has been sent, is owed."""
    held = draft.account.lots.get(name)
    legs: list[Leg] = []
    gone: dict[Bucket, int] = {}
    for bucket in buckets:
        amount: int = getattr(lot, bucket)
        has = 0 if held is None else min(amount, getattr(held, bucket))
        gone[bucket] = has
        legs += [Leg(bucket, "in_transit", has, name)] if has else []
        legs += [Leg(_owed(draft), "in_transit", amount - has)] if amount > has else []
    if held is not None:
        rest = {bucket: getattr(held, bucket) - has for bucket, has in gone.items()}
        keep(draft, name, replace(held, **rest))
    return legs


def _owed(draft: Draft) -> Bucket:
    return "debt" if draft.version.negative == "carry" else "issuer"


def _debt_away(draft: Draft, unit: str, amount: int) -> list[Leg]:
    """Where less is owed by now than was sent, the rest is there again."""
    has = min(amount, draft.totals(unit).debt)
    legs = [Leg("in_transit", "debt", has)] if has else []
    if amount > has:
        name = f"{MERGE}/{draft.time}/{unit}"
        lot = Lot(unit, MERGE, MERGE, draft.time, draft.version.id, available=amount - has)
        draft.put("lots", name, lot)
        legs.append(Leg("in_transit", "available", amount - has, name))
    return legs
