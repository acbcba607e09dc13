"""What a pool answered: points are released, a redemption holds; or there was nothing left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from processors.accounts.lots import release
from processors.accounts.origins import under
from processors.accounts.returning import let_lapse
from processors.decisions.caps import use_caps
from processors.decisions.challenges import note_won
from processors.decisions.conversions import convert
from processors.decisions.pools import ASKED, asked, drop, waiting
from processors.decisions.purchases import settle
from processors.decisions.redemptions import stock_answered
from processors.decisions.verdict import ACCEPTED, Verdict

if TYPE_CHECKING:
    from processors.accounts.draft import Draft
    from processors.accounts.items import Lot
    from processors.programs.compiled import Rule
    from schemas.transfers import PoolClaim

EXHAUSTED = "budget_exhausted"


def answered(draft: Draft, data: PoolClaim) -> Verdict:
    """Take what was granted, and give back what is not needed any more."""
    kind, _, key = data.claim.partition("/")
    verdict, used = ACCEPTED, 0
    if kind == "redemption":
        own = under(data.member, key)
        mine = own if own in draft.account.redemptions else key
        verdict, used = stock_answered(draft, mine, data.amount)
    draft.count(ASKED + data.claim, -min(data.asked, asked(draft, data.claim)))
    if kind != "redemption":
        used = _points_answered(draft, data)
        _give_up_rest(draft, data)
    if data.amount > used:
        back = replace(data, amount=data.amount - used, asked=data.amount - used)
        draft.affect("pool.returned", data.pool, back, data.at)
    if data.settles is not None:
        draft.settles.append(data.settles)
    return verdict


def _points_answered(draft: Draft, data: PoolClaim) -> int:
    """Release what was granted and is still wanted; returns how much."""
    name = _lot_of(draft, data)
    waits = waiting(draft, name)
    if not waits:
        return 0
    lot = draft.account.lots[name]
    version = draft.program.version(lot.version)
    rule = version.rules[lot.rule]
    used = min(data.amount, waits)
    missing = max(0, waits - used - asked(draft, data.claim))
    if missing:
        drop(draft, rule, name, missing)
        draft.miss(rule.id, EXHAUSTED)
    if used:
        release(draft, name, used, data.at)
        draft.fire(rule.id, {"points": used})
    _note(draft, rule, lot, used, missing)
    let_lapse(draft, [name])
    if used:
        convert(draft, version)
    return used


def _give_up_rest(draft: Draft, data: PoolClaim) -> None:
    """Of two members with one claim each an answer may have met the other's: nothing waits on."""
    _, _, rest = data.claim.partition("/")
    for name, lot in sorted(draft.account.lots.items()) if not asked(draft, data.claim) else ():
        alike = name.startswith(f"{data.claim}/") or name.endswith(f":{rest}")
        if lot.pending and (alike or name == data.claim):
            drop(draft, draft.program.version(lot.version).rules[lot.rule], name, lot.pending)


def _lot_of(draft: Draft, data: PoolClaim) -> str:
    """The lot that waits; of a member who was merged into this one it may have another name."""
    kind, _, rest = data.claim.partition("/")
    others = (f"{data.claim}/{data.member}", f"{kind}/{under(data.member, rest)}")
    return next((name for name in others if waiting(draft, name)), data.claim)


def _note(draft: Draft, rule: Rule, lot: Lot, used: int, missing: int) -> None:
    """What it was for holds what was granted, and counts it."""
    kind, _, key = lot.owner.partition("/")
    if kind == "promotion":
        use_caps(draft, rule, -missing, used + missing, draft.time)
        note_won(draft, rule.id, used, lot.earned_at)
        return
    order = draft.account.orders.get(key)
    if order is None:
        return
    use_caps(draft, rule, -missing, used + missing, order.time, order.origin)
    granted = {**order.granted, rule.id: order.granted.get(rule.id, 0) + used}
    settle(
        draft,
        key,
        replace(order, granted={name: held for name, held in granted.items() if held}),
        points=False,
    )
