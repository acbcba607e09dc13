"""The points of one partition: entries, the accounts they lead to, and the book they add up to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec import UNSET, Struct

from processors.accounts.account import Totals
from processors.accounts.evolve import evolve
from processors.verify.accounts import Accounts
from schemas.values import format_amount

if TYPE_CHECKING:
    from processors.accounts.account import Account
    from processors.verify.findings import Findings, Place
    from schemas.ledger import Entry, LedgerRecord

SIGNED = frozenset({"points.adjusted", "points.transferred", "points.corrected"})
"""Kinds whose amount may be negative (contract, section 4)."""


class Unit(Struct, frozen=True):
    """A unit's figures as they are published."""

    available: str
    pending: str
    reserved: str
    debt: str
    delta_available: str
    lifetime_earned: str
    lifetime_redeemed: str
    lifetime_expired: str


class Published(Struct, frozen=True):
    """The part of a balance that entries alone decide."""

    balances: dict[str, Unit]


DECODER = msgspec.json.Decoder(Published)
NOTHING = Totals()
HELD = ("available", "pending", "reserved", "debt")


class Books:
    """Folds a partition's records anew, and checks what every record must keep."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.accounts = Accounts()
        self.sums: dict[str, dict[str, int]] = {}
        """Smallest steps by unit and bucket, over all accounts."""
        self.held: dict[str, dict[str, int]] = {}
        """The same sums from the accounts' side, as far as members hold them."""
        self.scales: dict[str, int] = {}
        self.parked: set[str] = set()
        """Identities of what waits in the accounts."""

    def take(self, record: LedgerRecord, name: str, place: Place) -> None:
        """Fold one record into its account."""
        for entry in record.entries:
            self._check_entry(entry, place)
            self._post(entry)
        account = self.accounts.open(name)
        if record.member_sequence is not None:
            if record.member_sequence != account.sequence + 1:
                what = f"{name} has member sequence {record.member_sequence}"
                self.findings.add("V1 sequence", place, what, str(account.sequence + 1))
        elif record.entries:
            self.findings.add("V1 sequence", place, "entries without a sequence", "the next one")
        before = {unit: totals.available for unit, totals in account.totals.items()}
        account = evolve(account, record)
        self.accounts.hold(name, account)
        if record.balance is not UNSET:
            self._check_balance(record, account, before, place)

    def _check_entry(self, entry: Entry, place: Place) -> None:
        if not entry.legs or any(leg.amount <= 0 for leg in entry.legs):
            self.findings.add("C1 legs", place, f"{entry.kind} has an empty leg", "amounts above 0")
        if entry.amount < 0 and entry.kind not in SIGNED:
            self.findings.add("C1 legs", place, f"{entry.kind} is negative", "0 or more")
        moved = sum(leg.amount for leg in entry.legs)
        if entry.kind not in SIGNED and entry.amount != moved:
            what = f"{entry.kind} says {entry.amount}, its legs move {moved}"
            self.findings.add("C1 legs", place, what, "the same amount")

    def _post(self, entry: Entry) -> None:
        buckets = self.sums.setdefault(entry.unit, {})
        for leg in entry.legs:
            buckets[leg.source] = buckets.get(leg.source, 0) - leg.amount
            buckets[leg.target] = buckets.get(leg.target, 0) + leg.amount

    def _check_balance(
        self, record: LedgerRecord, account: Account, before: dict[str, int], place: Place
    ) -> None:
        """What is published is what the entries add up to."""
        assert record.balance is not UNSET, "there is a balance"
        published = DECODER.decode(record.balance).balances
        for unit, shown in published.items():
            scale = self.scales[unit] = len(shown.available.partition(".")[2])
            totals = account.totals.get(unit, NOTHING)
            fresh = _unit(totals, before.get(unit, 0), scale)
            if fresh != shown:
                what = f"the balance of {account.id} in {unit} is {shown}"
                self.findings.add("C3 balance", place, what, str(fresh))
        for unit in account.totals.keys() - published.keys():
            if account.totals[unit] != NOTHING:
                what = f"the balance of {account.id} lacks {unit}"
                self.findings.add("C3 balance", place, what, "every unit that was ever moved")

    def check_account(self, account: Account, place: Place) -> None:
        """Lots, totals and credits agree (C3, C4)."""
        held: dict[str, list[int]] = {unit: [0, 0, 0] for unit in account.totals}
        for name, lot in account.lots.items():
            figures = (lot.available, lot.pending, lot.reserved)
            if min(figures) < 0:
                self.findings.add("C4 lot", place, f"lot {name} is {figures}", "nothing negative")
            sums = held.setdefault(lot.unit, [0, 0, 0])
            for index, figure in enumerate(figures):
                sums[index] += figure
        for unit, sums in held.items():
            totals = account.totals.get(unit, NOTHING)
            shown = [totals.available, totals.pending, totals.reserved]
            if shown != sums:
                what = f"{account.id} has {shown} {unit} available, pending and reserved"
                self.findings.add("C3 lots", place, what, f"its lots' {sums}")
            self._check_credits(account.id, unit, totals, place)

    def count(self, account: Account) -> None:
        """Add the account to what all accounts hold."""
        self.parked.update(account.parked)
        for unit, totals in account.totals.items():
            held = self.held.setdefault(unit, dict.fromkeys(HELD, 0))
            held["available"] += totals.available
            held["pending"] += totals.pending
            held["reserved"] += totals.reserved
            held["debt"] -= totals.debt

    def _check_credits(self, name: str, unit: str, totals: Totals, place: Place) -> None:
        stands = totals.available + totals.reserved - totals.debt
        credited = totals.earned - totals.redeemed - totals.expired
        if stands != credited:
            what = f"{name} has {stands} {unit} without pending ones"
            self.findings.add("C3 sums", place, what, f"earned less gone: {credited}")
        if min(totals.available, totals.pending, totals.reserved, totals.debt) < 0:
            self.findings.add("C3 sums", place, f"{name} has {totals}", "nothing negative")


def _unit(totals: Totals, before: int, scale: int) -> Unit:
    return Unit(
        format_amount(totals.available, scale),
        format_amount(totals.pending, scale),
        format_amount(totals.reserved, scale),
        format_amount(totals.debt, scale),
        format_amount(totals.available - before, scale),
        format_amount(totals.earned, scale),
        format_amount(totals.redeemed, scale),
        format_amount(totals.expired, scale),
    )
