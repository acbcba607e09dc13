"""Any order of arrival within the late horizon: across an expiry, a tier's end and a cap."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from schemas.inputs import INPUTS
from schemas.values import parse_instant
from tests.driver.book import accounts, book, records
from tests.driver.traffic import DAY, HOUR, Sent, cloud_event

if TYPE_CHECKING:
    from processors.accounts.account import Account

BEFORE = parse_instant("2024-11-20T12:00:00-05:00")
"""What is ordered then gives silver until 2026, and points that end with the year 2025."""
BLOCK = parse_instant("2025-12-22T12:00:00-05:00")
ARRIVAL = BLOCK + 24 * DAY
END = parse_instant("2026-03-01T00:00:00-05:00")
MOST_MINOR = {"a": 40_000, "b": 40_000, "c": 3_000}
"""What members order at most. The third one does not order enough to stay silver."""


def sent(kind: str, name: str, who: str, time: int, data: dict[str, object]) -> Sent:
    """One event that arrives when it happens."""
    return Sent(INPUTS[kind].topic, who, time, cloud_event(kind, name, who, time, data), time)


def order(name: str, who: str, time: int, amount: int) -> Sent:
    """One order of one line."""
    line = {"line_id": "1", "sku": "A", "amount_minor": amount}
    data: dict[str, object] = {"order_id": name, "currency": "USD", "lines": [line]}
    return sent("commerce.purchase.completed.v1", name, who, time, data)


def history() -> list[Sent]:
    """A year before: spend for silver, and lots that end on 1 January 2026."""
    return [order(f"B{n}", who, BEFORE + n * DAY, 30_000) for n in range(3) for who in MOST_MINOR]


def block(seed: int) -> list[Sent]:
    """Three weeks around New Year: orders, refunds, and up to two reviews a day, one too many.

    No product is reviewed twice: a refusal is pinned, so what was refused because of something
    that itself is refused on second thoughts stays refused (architecture, section 10).
    """
    chance = random.Random(seed)
    made: list[Sent] = []
    for day in range(21):
        for who, most in MOST_MINOR.items():
            time = BLOCK + day * DAY + chance.randrange(20) * HOUR
            name = f"{who}{day}"
            made.append(order(f"O{name}", who, time, chance.randrange(1_000, most)))
            if chance.random() < 0.4:
                data: dict[str, object] = {
                    "refund_id": f"R{name}",
                    "order_id": f"O{name}",
                    "lines": [{"line_id": "1", "amount_minor": 900}],
                }
                later = time + chance.randrange(40) * HOUR
                made.append(sent("commerce.purchase.refunded.v1", f"r{name}", who, later, data))
            for which in range(chance.randrange(3)):
                data = {
                    "review_id": f"V{name}{which}",
                    "sku": f"S{name}{which}",
                    "rating": 4,
                    "verified": True,
                    "has_media": chance.random() < 0.5,
                }
                at = time + (which + 1) * HOUR
                made.append(
                    sent("engagement.review.submitted.v1", f"v{name}{which}", who, at, data)
                )
    return sorted(made, key=lambda one: one.time)


def whole(account: Account) -> dict[str, object]:
    """The account; what counts records, prunes or keeps a second thought's trace is left out."""
    left = {"sequence", "pruned", "reviews", "identities", "keys"}
    kept = {name: getattr(account, name) for name in account.__struct_fields__ if name not in left}
    kept["reviews"] = {
        key: (item.state, item.granted)
        for key, item in account.reviews.items()
        if item.state != "refused"
    }
    return kept


def folded(events: list[Sent], *, in_time: bool = False) -> dict[str, dict[str, object]]:
    """All members after the events, and time to spare."""
    topology = book([*history(), *events], partitions=2, until=END)
    reasons = {refusal.reason for record in records(topology) for refusal in record.refusals}
    kinds = {entry.kind for record in records(topology) for entry in record.entries}
    falls = {n.data.get("reason") for record in records(topology) for n in record.notices}
    assert "too_late" not in reasons
    assert "points.expired" in kinds
    assert "lapsed" in falls
    assert "frequency_capped" in reasons or not in_time, "late, the cap is met by corrections"
    return {name: whole(account) for name, account in accounts(topology).items()}


@pytest.mark.parametrize("spacing", [2, 64])
@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_whole_accounts_do_not_depend_on_the_order_of_arrival(
    seed: int, spacing: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In order, backwards and shuffled: lots, tiers, orders, counters and totals are the same."""
    monkeypatch.setattr("processors.partition.past.SPACING", spacing)
    events = block(seed)
    in_order = folded(events, in_time=True)
    shuffled = list(events)
    random.Random(seed).shuffle(shuffled)
    for arriving in (events[::-1], shuffled):
        late = [one._replace(arrival=ARRIVAL + place) for place, one in enumerate(arriving)]
        assert folded(late) == in_order
