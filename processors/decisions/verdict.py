"""What a decision answers: a refusal is a result, not an exception."""

from __future__ import annotations

from msgspec import Struct

from schemas.ledger import Outcome


class Verdict(Struct, frozen=True, gc=False):
    """The outcome of one input, with the reason of a refusal or what a parked input waits for."""

    outcome: Outcome
    reason: str | None = None
    waits_for: str | None = None


ACCEPTED = Verdict("accepted")
FORWARDED = Verdict("forwarded")
ASKED = Verdict("forwarded", waits_for="pool")
"""Done as far as this account goes; what members share is asked for."""
DUPLICATE = Verdict("duplicate")
CONFLICTING = Verdict("conflicting")


def refused(reason: str) -> Verdict:
    """Understood, but the program says no."""
    return Verdict("refused", reason)


def parked(waits_for: str) -> Verdict:
    """Waits for what it refers to, for example `order/O1`."""
    return Verdict("parked", waits_for=waits_for)
