"""What is said of a record that comes out another way: every field that is another."""

from __future__ import annotations

import pytest
from msgspec import json

from processors.verify.deciding import otherwise

WAS: dict[str, object] = {
    "outcome": "accepted",
    "why": {"fired": [{"rule": "a"}]},
    "changes": [["lots", "L", 1], ["timers", "T", 5]],
}


@pytest.mark.parametrize(
    ("now", "fields"),
    [
        (WAS, ()),
        (WAS | {"outcome": "refused"}, ("outcome",)),
        (WAS | {"why": {"fired": []}}, ("why",)),
        (WAS | {"changes": [["lots", "L", 2], ["timers", "T", 5]]}, ("changes",)),
        (WAS | {"changes": [["lots", "L", 1], ["timers", "T", 6]]}, ()),
        (WAS | {"entries": []}, ("entries",)),
    ],
)
def test_fields_that_differ_are_named(now: dict[str, object], fields: tuple[str, ...]) -> None:
    """But for the timers: when they were set is no input."""
    assert otherwise(json.encode(WAS), [json.encode(now)]) == fields


@pytest.mark.parametrize("count", [0, 2])
def test_one_input_makes_one_record(count: int) -> None:
    """None, or two, is another ledger."""
    assert otherwise(json.encode(WAS), [json.encode(WAS)] * count) == (f"{count} records",)
