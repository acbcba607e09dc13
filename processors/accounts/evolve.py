"""Apply what a ledger record says to an account. No rule, no refusal, no log."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from processors.accounts.assign import assign, move
from processors.accounts.items import (
    Grant,
    Lot,
    Membership,
    Order,
    Parked,
    Profile,
    Redemption,
    Referral,
    Review,
    Standing,
)

if TYPE_CHECKING:
    from processors.accounts.account import Account
    from schemas.ledger import LedgerRecord

DECODERS: dict[str, msgspec.json.Decoder[object]] = {
    name: msgspec.json.Decoder(kind)
    for name, kind in (
        ("profile", Profile),
        ("lots", Lot | None),
        ("orders", Order | None),
        ("redemptions", Redemption | None),
        ("counters", int | None),
        ("standings", Standing | None),
        ("grants", Grant | None),
        ("referrals", Referral | None),
        ("reviews", Review | None),
        ("memberships", Membership | None),
        ("parked", Parked | None),
        ("marks", str | None),
        ("timers", int | None),
        ("identities", tuple[str, int] | None),
        ("keys", tuple[str, int] | None),
        ("clock", int),
    )
}


def evolve(account: Account, record: LedgerRecord) -> Account:
    """The account after `record`. Takes `account` over; use what is returned."""
    for entry in record.entries:
        move(account, entry.unit, entry.legs)
    for change in record.changes:
        value = DECODERS[change.collection].decode(change.value)
        if change.collection == "clock":
            assert isinstance(value, int), "a clock is an instant"
            setattr(account, change.key, value)
        else:
            assign(account, change.collection, change.key, value)
    if record.member_sequence is not None:
        account.sequence = record.member_sequence
    return account
