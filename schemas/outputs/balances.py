"""`loyalty.balance.updated.v1`: the whole balance of a member."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.outputs.base import Amount, OutputData, OutputPart, SignedAmount, Stamp

MOST_INSTANTS = 12


class Expiring(OutputPart):
    """What ends at one instant."""

    amount: Amount
    at: Stamp


class UnitBalance(OutputPart):
    """One unit's balance."""

    available: Amount
    debt: Amount
    delta_available: SignedAmount
    expiring: Annotated[tuple[Expiring, ...], Field(max_length=MOST_INSTANTS, strict=False)]
    lifetime_earned: SignedAmount
    lifetime_expired: SignedAmount
    lifetime_redeemed: SignedAmount
    pending: Amount
    reserved: Amount


class TierBalance(OutputPart):
    """One ladder's tier. `to_remain` is what is still to be counted in this window to stay."""

    progress: SignedAmount
    since: Stamp | None
    tier: str
    to_next: str | None
    to_remain: Amount
    until: Stamp | None


class BalanceUpdated(OutputData):
    """A consumer keeps the one with the highest `member_sequence` and drops the others."""

    balances: dict[str, UnitBalance]
    tiers: dict[str, TierBalance]
