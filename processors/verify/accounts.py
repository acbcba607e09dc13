"""The accounts of one partition, folded anew: a bounded number decoded, all others as bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.accounts.account import DECODER, ENCODER, Account

if TYPE_CHECKING:
    from collections.abc import Iterator

CAPACITY = 20_000


class Accounts:
    """Two generations of decoded accounts; what was not used lately goes to rest as bytes."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self.capacity = capacity
        self.young: dict[str, Account] = {}
        self.old: dict[str, Account] = {}
        self.resting: dict[str, bytes] = {}

    def open(self, name: str) -> Account:
        """The account, decoded; a new one if it was never seen."""
        account = self.young.get(name) or self.old.pop(name, None)
        if account is None:
            resting = self.resting.pop(name, None)
            account = Account(name) if resting is None else DECODER.decode(resting)
        self.hold(name, account)
        return account

    def hold(self, name: str, account: Account) -> None:
        """Keep the account as it is now."""
        if len(self.young) >= self.capacity and name not in self.young:
            self._settle()
        self.young[name] = account

    def _settle(self) -> None:
        for name, account in self.old.items():
            self.resting[name] = ENCODER.encode(account)
        self.old = self.young
        self.young = {}

    def __len__(self) -> int:
        return len(self.young) + len(self.old) + len(self.resting)

    def all(self) -> Iterator[tuple[str, Account]]:
        """Every account, in order of names."""
        for name in sorted([*self.young, *self.old, *self.resting]):
            resting = self.resting.get(name)
            if resting is not None:
                yield name, DECODER.decode(resting)
            else:
                yield name, self.young.get(name) or self.old[name]
