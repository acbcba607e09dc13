"""What history decided again holds of what all members share, against what it held.

A pool has counted what a member's claims hold, so the difference is told to it. What came out
to be more than was granted is noted there as well, and later claims find less. What a merge moves
from one member to another is held as before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from processors.accounts.lots import lot_id
from processors.decisions.belongings import DECODER, HANDED_OVER
from processors.decisions.challenges import WON, won
from processors.decisions.pools import ASKED, give_room
from processors.inputs import TRANSFER
from schemas.transfers import CONTENT_DECODER

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import msgspec

    from processors.accounts.account import Account
    from processors.accounts.draft import Draft
    from processors.decisions.belongings import Belongings
    from processors.inputs import Input
    from processors.programs.compiled import Pool, Program
    from schemas.ledger import Effect

KEPT = {"reserved", "committed"}


class Holding(NamedTuple):
    """What a claim holds of a pool, in the window of an instant."""

    pool: Pool
    amount: int
    of: int


Holdings = dict[str, Holding]
Holder: TypeAlias = "Account | Belongings"
"""Both keep orders, marks and redemptions by name."""


def held(draft: Draft) -> Holdings:
    """What the account's claims hold of what was granted to them."""
    return _held_in(draft.account, draft.program) if draft.program.pooled else {}


def brought(item: Input, program: Program) -> Holdings:
    """What a merge brings along that was granted elsewhere."""
    kind = item.type.removeprefix(TRANSFER)
    return _held_in(contents(item.event), program) if program.pooled and kind in HANDED_OVER else {}


def handed_over(effects: Sequence[Effect], program: Program) -> Holdings:
    """What goes to another member, with all that was granted."""
    found: Holdings = {}
    for effect in effects if program.pooled else ():
        if effect.kind in HANDED_OVER:
            found = together(found, _held_in(contents(effect.data), program))
    return found


def together(one: Holdings, other: Holdings) -> Holdings:
    """What both hold: two members may have earned by the same promotion."""
    found = dict(one)
    for claim, holding in other.items():
        known = found.get(claim)
        amount = holding.amount + (0 if known is None else known.amount)
        found[claim] = holding._replace(amount=amount)
    return found


def tell_pools(draft: Draft, was: Holdings, now: Holdings) -> None:
    """Give back what is not held any more, and note what is held beyond what was granted."""
    for claim in sorted(was.keys() | now.keys()):
        pool, _, of = was.get(claim) or now[claim]
        before, after = (side[claim].amount if claim in side else 0 for side in (was, now))
        if before != after:
            give_room(draft, pool, claim, before - after, of)


def contents(data: bytes | msgspec.Raw) -> Belongings:
    """What a merge hands over, of the data of its transfer."""
    return DECODER.decode(CONTENT_DECODER.decode(data).content)


def _held_in(account: Holder, program: Program) -> Holdings:
    parts = (_of_orders, _of_challenges, _of_redemptions)
    found: Holdings = {}
    for part in parts:
        for claim, holding in part(account, program):
            if holding.amount:
                found = together(found, {claim: holding})
    return found


def _of_orders(account: Holder, program: Program) -> Iterator[tuple[str, Holding]]:
    for order_id, order in account.orders.items():
        rules = program.by_label[order.version].rules
        for name, amount in order.granted.items():
            pool = rules[name].pool
            if pool is not None:
                yield lot_id(f"order/{order_id}", name), Holding(pool, amount, order.time)


def _of_challenges(account: Holder, program: Program) -> Iterator[tuple[str, Holding]]:
    for mark, value in account.marks.items():
        whose, found, name = mark.rpartition(WON)
        if not found or (whose and (whose[-1] != ":" or account.marks.get(WON + name) == value)):
            continue  # what a merged member won is kept under his name as well
        amount, at = won(value)
        rule = program.version_at(at).rules.get(name)
        if amount and rule is not None and rule.pool is not None:
            yield lot_id(f"promotion/{name}", name), Holding(rule.pool, amount, at)


def _of_redemptions(account: Holder, program: Program) -> Iterator[tuple[str, Holding]]:
    for redemption_id, item in account.redemptions.items():
        reward = program.version(item.version).rewards.get(item.reward_id or "")
        claim = f"redemption/{redemption_id}"
        if reward is not None and reward.stock is not None and item.state in KEPT:
            waits = account.counters.get(ASKED + claim, 0)
            yield claim, Holding(reward.stock, int(not waits), item.requested_at)
