"""What a balance says of points that end: the next ends, however the points were come by."""

from __future__ import annotations

import orjson

from processors.accounts.balance import MOST_INSTANTS
from schemas.values import format_instant
from tests.driver.book import book
from tests.driver.traffic import DAY, START, Sent, cloud_event

GIFTS = MOST_INSTANTS + 3


def given(number: int) -> Sent:
    """Points that end the sooner, the later they are given."""
    time = START + number * DAY
    data: dict[str, object] = {
        "adjustment_id": f"J{number}",
        "unit": "points",
        "amount": "5",
        "reason": "care",
        "operator": "desk",
        "expires_at": format_instant(ends(number)),
    }
    event = cloud_event("loyalty.points.adjusted.v1", f"e{number}", "ana", time, data)
    return Sent("loyalty.requests.v1", "ana", time, event, time)


def ends(number: int) -> int:
    """The instant at which a gift ends."""
    return START + (200 - number) * DAY


def test_the_next_ends_are_shown_and_the_last_ones_left_out() -> None:
    """The twelve that come first, in their order."""
    topology = book([given(number) for number in range(GIFTS)], until=START + 30 * DAY)
    last = topology.written("balances")[-1]
    shown = orjson.loads(last.value or b"")["balances"]["points"]["expiring"]
    soonest = sorted(ends(number) for number in range(GIFTS))[:MOST_INSTANTS]
    assert shown == [{"amount": "5", "at": format_instant(end)} for end in soonest]
