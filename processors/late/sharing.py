"""What history decided again holds of what all members share, against what it held.

A pool has counted what a member's claims hold, so the difference is told to it. What came out
to be more than was granted is noted there as well, and later claims find less.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from processors.accounts.lots import lot_id
from processors.decisions.challenges import WON, won
from processors.decisions.pools import asked, give_room

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from processors.accounts.draft import Draft
    from processors.programs.compiled import Pool

KEPT = {"reserved", "committed"}


class Holding(NamedTuple):
    """What a claim holds of a pool, in the window of an instant."""

    pool: Pool
    amount: int
    of: int


def held(draft: Draft) -> dict[str, Holding]:
    """What the account's claims hold of what was granted to them."""
    if not draft.program.pooled:
        return {}
    found = [*_of_orders(draft), *_of_challenges(draft), *_of_redemptions(draft)]
    return {claim: holding for claim, holding in found if holding.amount}


def tell_pools(draft: Draft, was: Mapping[str, Holding], now: Mapping[str, Holding]) -> None:
    """Give back what is not held any more, and note what is held beyond what was granted."""
    for claim in sorted(was.keys() | now.keys()):
        pool, _, of = was.get(claim) or now[claim]
        before, after = (side[claim].amount if claim in side else 0 for side in (was, now))
        if before != after:
            give_room(draft, pool, claim, before - after, of)


def _of_orders(draft: Draft) -> Iterator[tuple[str, Holding]]:
    for order_id, order in draft.account.orders.items():
        rules = draft.version_of(order).rules
        for name, amount in order.granted.items():
            pool = rules[name].pool
            if pool is not None:
                yield lot_id(f"order/{order_id}", name), Holding(pool, amount, order.time)


def _of_challenges(draft: Draft) -> Iterator[tuple[str, Holding]]:
    for mark, value in draft.account.marks.items():
        name = mark.removeprefix(WON)
        amount, at = won(value) if name != mark else (0, 0)
        rule = draft.program.version_at(at).rules.get(name)
        if amount and rule is not None and rule.pool is not None:
            yield lot_id(f"promotion/{name}", name), Holding(rule.pool, amount, at)


def _of_redemptions(draft: Draft) -> Iterator[tuple[str, Holding]]:
    for redemption_id, item in draft.account.redemptions.items():
        reward = draft.program.version(item.version).rewards.get(item.reward_id or "")
        claim = f"redemption/{redemption_id}"
        if reward is not None and reward.stock is not None and item.state in KEPT:
            holding = Holding(reward.stock, int(not asked(draft, claim)), item.requested_at)
            yield claim, holding
