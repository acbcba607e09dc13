"""Examples files as read: defaults, and the place of what is wrong."""

from __future__ import annotations

import pytest

from processors.examples import FileFault, load

GOOD = """\
program: starter
defaults: {currency: USD, source: shop}
examples:
  - id: A-1
    says: something
    steps:
      - at: "2026-03-01T10:00:00-05:00"
        member: ana
        event: loyalty.member.enrolled.v1
        then: {outcome: accepted, ana: {balances: {points: {available: "0"}}}}
      - {at: "2026-03-02T10:00:00-05:00", clock: true}
    then: {ana: {eligible: []}}
"""


def test_a_file_is_read() -> None:
    """Steps are numbered, instants are counted, defaults are kept."""
    document = load(GOOD)
    first, second = document.examples[0].steps
    assert (document.program, document.currency, document.source) == ("starter", "USD", "shop")
    assert (first.number, first.member, first.event) == (1, "ana", "loyalty.member.enrolled.v1")
    assert first.instant == 1_772_377_200_000_000
    assert (second.event, second.then) == (None, None)
    assert document.examples[0].then == {"ana": {"eligible": []}}


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("program: starter", "program: [", 3, "expected ',' or ']'"),
        ("defaults:", "default:", 2, "unknown key 'default'"),
        ("says: something", "said: something", 5, "unknown key 'said'"),
        ('"2026-03-01T10:00:00-05:00"', '"2026-03-01T10:00:00"', 7, "must carry an offset"),
        ("member: ana", "menber: ana", 8, "unknown key 'menber'"),
        ("outcome: accepted", "outcome: fine", 10, "outcome must be one of"),
        ("balances:", "balance:", 10, "unknown key 'balance'"),
        ("clock: true}", "clock: false}", 11, "a clock step"),
        ("{ana: {eligible: []}}", "{outcome: accepted}", 12, "belongs to a step"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(old: str, new: str, line: int, message: str) -> None:
    """The reader of the error finds the place at once."""
    with pytest.raises(FileFault) as fault:
        load(GOOD.replace(old, new))
    assert fault.value.line == line
    assert message in fault.value.message


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ("    says: something", "    says: ]something", 11),
        ("        member: ana", "        menber: ana", 17),
    ],
)
def test_what_is_wrong_is_named_with_its_column(old: str, new: str, column: int) -> None:
    """Columns count from 1: what cannot be read where it is, what is unknown where its value is."""
    with pytest.raises(FileFault) as fault:
        load(GOOD.replace(old, new))
    assert fault.value.column == column


def test_two_examples_of_one_id_are_refused() -> None:
    """An id names one example."""
    again = GOOD + GOOD[GOOD.index("  - id: A-1") :]
    with pytest.raises(FileFault, match="also used in line 4"):
        load(again)
