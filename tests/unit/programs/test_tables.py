"""What a version keeps ready for its decisions says what the rules say."""

from __future__ import annotations

import random
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from processors.accounts.account import Account
from processors.accounts.items import Frozen, Order, OrderLine, Standing
from processors.programs.calendars import calendar
from tests.driver.book import starter

INSTANTS = st.integers(min_value=-5_000_000_000_000_000, max_value=6_000_000_000_000_000)
NEW_YORK = calendar("America/New_York")


def held(tier: str) -> Account:
    """A member on a tier of the starter program."""
    return Account("m", standings={"status": Standing(tier, 0)})


@given(INSTANTS)
def test_a_window_is_the_calendar_year_of_its_instant(instant: int) -> None:
    """Within the years that stand in the table, and beyond them."""
    year = NEW_YORK.date(instant).year
    window = starter().versions[0].ladders[0].window_of(instant, Account("m"))
    assert window == (str(year), NEW_YORK.start_of(date(year + 1, 1, 1)))


def test_a_window_begins_with_the_first_instant_of_its_year() -> None:
    """A microsecond before, it is the year before."""
    ladder = starter().versions[0].ladders[0]
    for year in (1970, 1971, 2026, 2099, 2100, 2101):
        first = NEW_YORK.start_of(date(year, 1, 1))
        assert ladder.window_of(first, Account("m"))[0] == str(year)
        assert ladder.window_of(first - 1, Account("m"))[0] == str(year - 1)


def test_what_is_frozen_of_members_who_stand_alike_is_one_and_the_same() -> None:
    """And another for who stands elsewhere, whoever came first."""
    freeze = starter().versions[0].freeze
    order = Order(0, "v1", "USD", (OrderLine("L1", "A", 100),), Frozen())
    tiers = ["bronze", "silver", "gold"] * 5
    random.Random(3).shuffle(tiers)
    for tier in tiers:
        frozen = freeze(order, held(tier))
        assert frozen == Frozen(tiers={"status": tier})
        assert frozen is freeze(order, held(tier))


def test_the_rank_of_a_tier_is_its_place() -> None:
    """The highest figure that is reached carries a tier, whatever the order of the steps."""
    ladder = starter().versions[0].ladders[0]
    assert dict(ladder.ranks) == {"bronze": 0, "silver": 1, "gold": 2}
    assert ladder.figures == ("*",)
    assert ladder.steps == (("*", 0, 0), ("*", 50_000, 1), ("*", 200_000, 2))
