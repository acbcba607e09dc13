"""Comparing what came with what is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.examples import compare

if TYPE_CHECKING:
    from processors.examples.document import Json


def test_amounts_compare_as_decimals_and_instants_as_instants() -> None:
    """Neither trailing zeros nor the offset of a zone make a difference."""
    assert compare.equal("105", "105.00")
    assert not compare.equal("105", "105.01")
    assert compare.equal("2026-03-01T10:00:00-05:00", "2026-03-01T15:00:00Z")
    assert not compare.equal("2026-03-01T10:00:00-05:00", "2026-03-01T10:00:00Z")
    assert compare.equal(None, None)
    assert not compare.equal(None, "2026-03-01T10:00:00Z")
    assert not compare.equal("silver", "gold")


def test_only_named_fields_are_compared() -> None:
    """A map may hold more than the example says."""
    came: dict[str, Json] = {"tier": "vib", "progress": "360", "until": None}
    assert compare.fields("t", {"tier": "vib", "progress": "360.00"}, came) == []
    assert compare.fields("t", {"tier": "rouge"}, came) == [("t.tier", "rouge", "vib")]


def test_a_unit_that_nothing_has_touched_is_zero() -> None:
    """Amounts are zero and nothing expires."""
    assert compare.amounts("b", {"available": "0.00", "expiring": []}, None) == []
    assert compare.amounts("b", {"available": "1"}, None) == [("b.available", "1", "0")]


def test_lists_are_whole_and_in_order() -> None:
    """Entries compare on the keys that are named, one by one."""
    came: list[Json] = [{"kind": "points.earned", "amount": "5", "reason": None}]
    assert compare.one_to_one("l", [{"kind": "points.earned"}], came) == []
    assert compare.one_to_one("l", [], came) != []


def test_eligible_is_a_set_or_counts() -> None:
    """The order does not count; a count of zero is the same as nothing."""
    assert compare.eligible("e", ["b", "a"], {"a": 1, "b": 3}) == []
    assert compare.eligible("e", {"a": 1, "b": 3, "c": 0}, {"a": 1, "b": 3}) == []
    assert compare.eligible("e", {"a": 1}, {"a": 2}) != []
    assert compare.eligible("e", [], {"a": 1}) != []


def test_notices_must_be_among_those_that_came() -> None:
    """Others may have come too, but one that came counts once."""
    came: list[Json] = [{"type": "x", "data": {"amount": "50"}}, {"type": "y"}]
    assert compare.contained("n", [{"type": "y"}], came) == []
    assert len(compare.contained("n", [{"type": "y"}, {"type": "y"}], came)) == 1
