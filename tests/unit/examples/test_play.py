"""Playing examples through the real processor: what holds, and how a failure reads."""

from __future__ import annotations

import pytest

from processors.engine import engine_of
from processors.examples import Result, load, play
from processors.examples.play import as_json
from processors.examples.report import lines
from processors.programs.load import load as load_program

HEAD = """\
program: starter
defaults: {currency: USD, source: shop}
examples:
  - id: T-1
    says: an example
    steps:
"""
ORDER = """\
      - at: "2026-03-01T10:00:00-05:00"
        member: ana
        event: commerce.purchase.completed.v1
        data: {order_id: O1, lines: [{line_id: L1, sku: A, amount_minor: 10599}]}
"""


def played(steps: str) -> Result:
    """One example of the starter program."""
    return play(load(HEAD + steps), load_program("starter"), engine_of)[0]


def test_an_example_that_holds() -> None:
    """Points wait for two weeks, then they are there, and then they expire."""
    result = played(
        ORDER
        + """\
        then: {outcome: accepted, refusals: [], ana: {balances: {points: {pending: "105"}}}}
      - at: "2026-03-15T00:00:00-04:00"
        clock: true
        then:
          ana: {balances: {points: {available: "105"}}, tiers: {status: bronze}, eligible: []}
          ledger: {ana: [{kind: points.released, unit: points, amount: "105"}]}
      - at: "2027-04-01T00:00:00-04:00"
        clock: true
    then:
      ana: {balances: {points: {available: "0", lifetime_expired: "105"}}}
      ben: {balances: {points: {available: "0", expiring: []}}, tiers: {status: bronze}}
      notices: [{type: loyalty.points.expiring.v1, member: ana, data: {amount: "105.0"}}]
"""
    )
    assert result.failures == ()


def test_a_failure_says_what_was_expected_what_came_and_why() -> None:
    """With the rule that fired."""
    result = played(ORDER + '        then: {ana: {balances: {points: {pending: "106"}}}}\n')
    text = "\n".join(lines(result))
    assert not result.holds
    assert "step 1: ana.balances.points.pending" in text
    assert "expected: 106" in text
    assert "came:     105" in text
    assert "base fired" in text
    assert "double_june did not fire: not_running" in text
    assert b'"holds": false' in as_json([result])


def test_an_id_given_twice_is_a_duplicate() -> None:
    """And with other data a conflict."""
    again = ORDER + "        id: E1\n"
    result = played(
        again
        + again
        + "        then: {outcome: duplicate}\n"
        + again.replace("10599", "10600")
        + "        then: {outcome: conflicting}\n"
    )
    assert result.failures == ()


def test_an_alias_is_resolved_across_partitions() -> None:
    """What comes for a telephone waits for its owner, and is his."""
    result = played(
        ORDER.replace("member: ana", 'member: "phone:+1 206 555 0100"')
        + "        then: {outcome: parked}\n"
        + """\
      - at: "2026-03-02T10:00:00-05:00"
        member: ana
        event: loyalty.member.alias_linked.v1
        data: {alias: "phone:+12065550100"}
        then: {outcome: accepted, ana: {balances: {points: {pending: "105"}}}}
"""
    )
    assert result.failures == ()


def test_a_referral_crosses_to_the_referrer() -> None:
    """Effects on other accounts are complete when the step ends."""
    result = played(
        ORDER.replace("data: {", "data: {referrer: rita, ")
        + """\
        then:
          ana: {balances: {points: {pending: "305"}}}
          rita: {balances: {points: {pending: "300"}}}
"""
    )
    assert result.failures == ()


@pytest.mark.parametrize("amount", ["-1", "1.5"])
def test_an_event_that_cannot_be_read_fails_its_example(amount: str) -> None:
    """The outcome says so, and why."""
    step = ORDER.replace("10599", amount) + "        then: {outcome: accepted}\n"
    assert "dead_lettered" in played(step).failures[0].came


def test_a_late_event_takes_its_place() -> None:
    """A step whose instant lies before an earlier one's is a late event, on purpose."""
    second = ORDER.replace("03-01", "03-03").replace("O1", "O2")
    result = played(
        second
        + ORDER
        + '        then: {outcome: accepted, ana: {balances: {points: {pending: "210"}}}}\n'
    )
    assert result.failures == ()
