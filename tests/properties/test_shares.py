"""Under every program, what an order's lines bring in adds up to what the order holds."""

from __future__ import annotations

import pytest

from processors.programs.shares import divide, sharing
from tests.driver.book import accounts
from tests.driver.library import PROGRAMS, program_of
from tests.properties.test_every_program import lives, some_lives, told


@pytest.mark.parametrize("name", PROGRAMS)
@some_lives
def test_shares_add_up(name: str, seed: int) -> None:
    """Rule by rule, whatever was refunded, capped or multiplied meanwhile."""
    file, _ = program_of(name)
    dividing = {label: sharing(version) for label, version in file.versions.items()}
    for account in accounts(told(name, lives(name, seed))).values():
        for order in account.orders.values():
            found = dividing[order.version](order)
            held = {rule: sum(one.lines.values()) + one.whole for rule, one in found.items()}
            assert held == order.granted


def test_the_largest_remainder_gets_what_is_left() -> None:
    """Of equals, the earlier one."""
    assert divide(10, [1, 1, 1]) == [4, 3, 3]
    assert divide(25, [1075, 1075, 399]) == [11, 10, 4]
    assert divide(0, [3, 4]) == [0, 0]
