"""Late events that come one after another: each begins where the one before has passed by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from processors.engine import engine_of
from processors.partition.past import SPACING
from processors.topology import Topology
from schemas.transfers import DECODER
from schemas.values import parse_instant
from tests.driver.book import put, starter
from tests.driver.traffic import DAY
from tests.properties.test_permuted_arrival import order, sent

if TYPE_CHECKING:
    from tests.driver.traffic import Sent

T0 = parse_instant("2026-03-01T12:00:00-05:00")


def on(day: int, one: Sent) -> Sent:
    """It arrives on that day."""
    return one._replace(arrival=T0 + day * DAY)


def gesture(name: str, day: float) -> Sent:
    """A few points from the desk."""
    data: dict[str, object] = {"adjustment_id": name, "unit": "points", "amount": "5"}
    data |= {"reason": "care", "operator": "desk"}
    return sent("loyalty.points.adjusted.v1", name, "bob", T0 + int(day * DAY), data)


def told(events: list[Sent], whole: int = 512) -> Topology:
    """The events one by one; accounts of `whole` records take checkpoints."""
    topology = Topology(engine_of(starter(), 1)._replace(whole=whole), 1)
    for one in events:
        put(topology, [one])
        topology.pump()
    return topology


@pytest.mark.parametrize("whole", [512, 4])
@pytest.mark.parametrize("spacing", [1, 10_000])
def test_what_a_late_event_has_told_is_not_told_again(
    spacing: int, whole: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given a first order, then an invitation of before it that comes late: the host is told.

    When something else comes late for a day between them, deciding again may begin there, at a
    state on the way or at a checkpoint, and there nothing says that he was told.
    """
    monkeypatch.setattr("processors.partition.past.SPACING", spacing)
    joined: dict[str, object] = {"referral_id": "F", "referrer": "ann"}
    invited = sent("engagement.referral.joined.v1", "j", "bob", T0 + 30 * DAY, joined)
    topology = told(
        [
            *(gesture(f"g{day}", day) for day in range(32)),
            order("O", "bob", T0 + 36 * DAY, 10_000),
            on(37, invited),
            on(38, gesture("late", 33)),
        ],
        whole,
    )
    assert bool(topology.partitions[0].store.checkpoints) == (whole == 4)
    kinds = [DECODER.decode(one.value or b"").kind for one in topology.written("transfers")]
    assert kinds == ["referral.qualified"]


def test_what_one_late_event_has_decided_again_the_next_need_not() -> None:
    """A member with three hundred records: something late for the first day, then for the last.

    The first one decides nearly all of them again, and the second one begins close to its place.
    """
    events = [gesture(f"g{number}", number / 12) for number in range(300)]
    topology = told([*events, on(26, gesture("early", 0.5))])
    assert topology.partitions[0].redecided > 280
    put(topology, [on(27, gesture("late", 24))])
    topology.pump()
    assert 0 < topology.partitions[0].redecided <= 2 * SPACING


def test_no_checkpoint_holds_what_is_ahead_of_it() -> None:
    """Given a refund that waits as the first checkpoint is due, then its order, a little older.

    The order is taken before the refund, as it is where there are no checkpoints.
    """
    back: dict[str, object] = {"refund_id": "R", "order_id": "O", "amount_minor": 1_000}
    events = [
        *(gesture(f"g{day}", day) for day in range(31)),
        sent("commerce.purchase.refunded.v1", "r", "bob", T0 + 31 * DAY, back),
        gesture("g32", 32),
        on(33, order("O", "bob", T0 + 30 * DAY + DAY // 2, 10_000)),
    ]
    without, some = told(events), told(events, 4)
    assert some.partitions[0].store.checkpoints
    assert [one.value for one in some.written("ledger")] == [
        one.value for one in without.written("ledger")
    ]
