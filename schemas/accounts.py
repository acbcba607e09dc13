"""Accounts that are no member's: they hold no points, and publish nothing."""

from __future__ import annotations

ALIAS = "alias/"
"""Of aliases: one owner each. Called so by their partition, and by the hash of the alias."""
POOL = "pool/"
"""Of what all members share: a promotion's budget, a reward's stock."""
NO_MEMBERS = (ALIAS, POOL)


def is_member(account: str) -> bool:
    """True for a member's own account."""
    return not account.startswith(NO_MEMBERS)
