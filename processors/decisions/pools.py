"""What all members share: a promotion's budget, a reward's stock.

One account never writes another, so a member asks the pool's account. What was asked for waits,
as pending points or as a reservation, until the answer says how much was left: first come, first
served, as the pool's account sees the claims.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from processors.accounts.lots import lot_id, pend
from processors.accounts.take import take_back
from processors.decisions.caps import use_caps
from processors.decisions.verdict import ACCEPTED, Verdict
from schemas.transfers import PoolClaim

if TYPE_CHECKING:
    from collections.abc import Callable

    from processors.accounts.account import Account
    from processors.accounts.draft import Draft
    from processors.accounts.items import Lot, Order
    from processors.accounts.lots import Origin
    from processors.programs.compiled import Pool, Rule, Version

SHARING = "transfer.pool."
"""Transfers between members and pools."""
ANSWER = "transfer.pool.granted"
ASKED = "asked/"
"""The counter of what a claim still waits for."""
USED = "used/"
"""A pool's counter of what was given in a window."""


def asked(draft: Draft, claim: str) -> int:
    """What a claim still waits for."""
    return draft.account.counters.get(ASKED + claim, 0)


def all_asked(account: Account) -> dict[str, int]:
    """What each claim still waits for."""
    return {
        key.removeprefix(ASKED): amount
        for key, amount in account.counters.items()
        if key.startswith(ASKED)
    }


def ask(
    draft: Draft, pool: Pool, claim: str, amount: int, of: int, settles: str | None = None
) -> None:
    """Ask a pool for a share of the window that the instant `of` lies in."""
    draft.count(ASKED + claim, amount)
    draft.affect("pool.claimed", pool.account, _claim(draft, pool, claim, amount, of, settles))


def give_room(draft: Draft, pool: Pool, claim: str, amount: int, of: int) -> None:
    """Give back what is not needed any more."""
    draft.affect("pool.returned", pool.account, _claim(draft, pool, claim, amount, of))


def _claim(
    draft: Draft, pool: Pool, claim: str, amount: int, of: int, settles: str | None = None
) -> PoolClaim:
    return PoolClaim(
        amount=amount,
        asked=amount,
        at=draft.time,
        claim=claim,
        limit=pool.amount,
        member=draft.account.id,
        pool=pool.account,
        window=pool.window_of(of, draft.account),
        settles=settles,
    )


def claimed(draft: Draft, data: PoolClaim) -> Verdict:
    """The pool's side: as much as is left."""
    used = draft.account.counters.get(USED + data.window, 0)
    granted = min(data.asked, max(0, data.limit - used))
    draft.count(USED + data.window, granted)
    draft.affect("pool.granted", data.member, replace(data, amount=granted))
    return ACCEPTED


def returned(draft: Draft, data: PoolClaim) -> Verdict:
    """The pool's side: room for others."""
    draft.count(USED + data.window, -data.amount)
    return ACCEPTED


def adjust(
    draft: Draft, rule: Rule, origin: Origin, wanted: int, held: int, *, more: bool, of: int
) -> int:
    """Ask for what is wanted beyond what is held, or drop what waits in vain.

    Returns what of `held` is still wanted. `more=False`: nothing is asked for.
    """
    assert rule.pool is not None, "a rule that members share"
    name = lot_id(origin.owner, rule.id)
    waits = waiting(draft, name)
    if wanted > held + waits:
        if more:
            pend(draft, rule, wanted - held - waits, origin, None)
            ask(draft, rule.pool, name, wanted - held - waits, of)
        return held
    drop(draft, rule, name, min(waits, held + waits - wanted))
    return min(held, wanted)


def waiting(draft: Draft, name: str) -> int:
    """Points of a claim that wait for its answer."""
    lot = draft.account.lots.get(name)
    return 0 if lot is None else lot.pending


def drop(draft: Draft, rule: Rule, name: str, amount: int) -> None:
    """Points that wait for an answer are not wanted any more; the answer gives the room back."""
    if amount:
        take_back(draft, rule.unit, amount, [name], rule.id, "only_pending")


def drop_all(draft: Draft, wanted: Callable[[Lot], bool] = lambda _lot: False) -> None:
    """Nothing that lots wait for is wanted any more, but for those that are still `wanted`."""
    for key in sorted(draft.account.counters):
        name = key.removeprefix(ASKED)
        lot = draft.account.lots.get(name)
        if lot is not None and name != key and not wanted(lot):
            rule = draft.program.version(lot.version).rules[lot.rule]
            drop(draft, rule, name, lot.pending)


def waited_for(draft: Draft, order_id: str, version: Version) -> list[str]:
    """Rules of which the order's points wait for an answer."""
    if not draft.program.pooled:
        return []
    shared = (name for name, rule in version.rules.items() if rule.pool is not None)
    return [name for name in shared if waiting(draft, lot_id(f"order/{order_id}", name))]


def drop_waiting(draft: Draft, order_id: str, order: Order) -> None:
    """Nothing of what the order waits for is wanted any more: it leaves the caps as well."""
    version = draft.version_of(order)
    for name in sorted(waited_for(draft, order_id, version)):
        rule, claim = version.rules[name], lot_id(f"order/{order_id}", name)
        waits = waiting(draft, claim)
        stands = order.granted.get(name, 0) + waits
        use_caps(draft, rule, -waits, stands, order.time, order.origin)
        drop(draft, rule, claim, waits)
