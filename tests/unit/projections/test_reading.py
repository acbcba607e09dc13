"""What people read of the ledger: statements, explanations and the whole book."""

from __future__ import annotations

from msgspec import UNSET, Raw
from msgspec.structs import replace

from projections import explanation, statement, totals
from schemas.ledger import (
    Cause,
    Coordinates,
    Effect,
    Entry,
    Fired,
    LedgerRecord,
    Leg,
    Missed,
    Refusal,
    Why,
)

MAY = 1_778_000_000_000_000
BALANCE = (
    b'{"balances":{"cash":{"available":"12.70","pending":"0.00","reserved":"0.00",'
    b'"debt":"0.00","delta_available":"2.50"}},'
    b'"tiers":{"status":{"tier":"silver","until":null,"progress":"510.00"}}}'
)
EARNED = Entry(
    250, "points.earned", (Leg("issuer", "available", 250, "order/O1/base"),), "base", "cash"
)
SPENT = Entry(100, "points.reserved", (Leg("available", "reserved", 100),), "redemption", "cash")


def record() -> LedgerRecord:
    """A purchase of a member, with what was decided."""
    at = Coordinates(17, 2, MAY // 1000, "commerce.purchases.v1")
    return LedgerRecord(
        "accepted",
        "0" * 32,
        7,
        1,
        account="m-17",
        balance=Raw(BALANCE),
        cause=Cause(at, "e-1", "aa", "shop", "m-17", MAY, "commerce.purchase.completed.v1"),
        entries=(EARNED, SPENT),
        event=Raw(b'{"order_id":"O1"}'),
        member_sequence=3,
        source=at,
        why=Why((Fired("base", {"rate": "1/4"}),), (Missed("not_running", "double_june"),)),
    )


def test_a_statement_has_one_line_for_each_entry() -> None:
    """Amounts have the unit's places, and changes their sign."""
    earned, spent = statement.lines_of(record())
    assert (earned.kind, earned.amount, earned.change) == ("points.earned", "2.50", "2.50")
    assert (spent.kind, spent.amount, spent.change) == ("points.reserved", "1.00", "-1.00")
    assert (spent.available, spent.member_sequence) == ("12.70", 3)


def test_points_that_wait_change_nothing_available_until_they_are_released() -> None:
    """Nor do those that pay a debt."""
    legs = {
        "points.pended": (Leg("issuer", "pending", 250),),
        "points.released": (Leg("pending", "debt", 50), Leg("pending", "available", 200)),
    }
    entries = tuple(Entry(250, kind, moved, "base", "cash") for kind, moved in legs.items())
    pended, released = statement.lines_of(replace(record(), entries=entries))
    assert (pended.amount, pended.change) == ("2.50", "0.00")
    assert (released.amount, released.change) == ("2.50", "2.00")


def test_a_statement_of_an_erased_member_begins_with_the_erasure() -> None:
    """Nothing is told of what was before."""
    view: statement.View = {"m-17": ()}
    view, _ = statement.fold(view, record())
    was = record()
    assert was.cause is not None
    cause = replace(was.cause, type="loyalty.member.erased.v1")
    view, lines = statement.fold(view, replace(was, cause=cause, balance=UNSET, entries=(SPENT,)))
    assert view["m-17"] == lines
    assert len(lines) == 1


def test_a_statement_is_kept_of_members_that_were_asked_for() -> None:
    """Others cost nothing."""
    view: statement.View = {"m-17": ()}
    view, lines = statement.fold(view, record())
    view, none = statement.fold(view, replace(record(), account="m-18"))
    assert (len(lines), none, set(view)) == (2, (), {"m-17"})


def test_an_explanation_goes_from_event_to_balance() -> None:
    """Event, outcome, rule, what did not fire and why, entry, balance, tier."""
    facts = list(explanation.explain(record()))
    assert [fact.part for fact in facts] == [
        "event",
        "event",
        "event",
        "outcome",
        "fired",
        "missed",
        "entry",
        "entry",
        "balance",
        "tier",
    ]
    said = {(fact.part, fact.name): fact.text for fact in facts}
    assert said["event", "entered"] == "commerce.purchases.v1, partition 2, offset 17"
    assert said["event", "data"] == '{"order_id":"O1"}'
    assert said["missed", "double_june"] == "not_running"
    assert said["entry", "points.earned"] == (
        "2.50 cash by base: 2.50 issuer to available [order/O1/base]"
    )
    assert said["balance", "cash"].startswith("available 12.70 (2.50)")
    assert said["tier", "status"] == "silver, progress 510.00"


def test_an_explanation_says_why_points_ended() -> None:
    """The entry's reason stands behind its rule."""
    legs = (Leg("available", "expired", 250, "order/O1/base"),)
    ended = Entry(250, "points.expired", legs, "base", "cash", "inactivity")
    facts = list(explanation.explain(replace(record(), entries=(ended,))))
    said = "2.50 cash by base (inactivity): 2.50 available to expired [order/O1/base]"
    assert explanation.Fact("entry", "points.expired", said) in facts


def test_a_refusal_is_explained() -> None:
    """The reason, and the rule where it concerned only one."""
    refused = replace(record(), outcome="refused", refusals=(Refusal("too_late", "base"),))
    facts = list(explanation.explain(refused))
    assert explanation.Fact("refused", "too_late", "base") in facts


def test_what_was_forwarded_says_where_it_was_decided() -> None:
    """Its event entered elsewhere."""
    decided = Coordinates(4, 0, MAY // 1000, "loyalty.transfers.v1")
    sent = Effect(Raw(b"{}"), "x", "recognition.moved", "m-9")
    facts = list(explanation.explain(replace(record(), source=decided, effects=(sent,))))
    assert (
        explanation.Fact("event", "decided", "loyalty.transfers.v1, partition 0, offset 4") in facts
    )
    assert explanation.Fact("sent", "recognition.moved", "to m-9") in facts


def test_an_unreadable_input_is_explained_without_an_account() -> None:
    """There is a hash and a reason."""
    bad = LedgerRecord("dead_lettered", "0", 1, 1, unreadable={"reason": "invalid_json"})
    assert list(explanation.explain(bad)) == [
        explanation.Fact("outcome", "dead_lettered", "no account was touched"),
        explanation.Fact("refused", "reason", "invalid_json"),
    ]


def test_the_whole_book_sums_to_zero() -> None:
    """What the issuer gave is somewhere."""
    first, _ = totals.fold({}, record())
    second, _ = totals.fold({}, record())
    whole = totals.summed([first, second])
    assert whole == {"cash": {"issuer": -500, "available": 300, "reserved": 200}}


def test_an_explanation_is_kept_of_members_that_were_asked_for() -> None:
    """Given a record of another member, or of none, the view stays as it is."""
    view: explanation.View = {"m-17": ()}
    view, facts = explanation.fold(view, record())
    assert view == {"m-17": (facts,)}
    assert facts == tuple(explanation.explain(record()))
    for other in (replace(record(), account="m-18"), replace(record(), account=None)):
        assert explanation.fold(view, other) == ({"m-17": (facts,)}, ())


def test_amounts_without_a_balance_have_no_places() -> None:
    """Given a record that publishes no balance, its entries are told in smallest steps."""
    silent = replace(record(), balance=UNSET, member_sequence=None)
    lines = statement.lines_of(silent)
    assert [(one.amount, one.available) for one in lines] == [("250", ""), ("100", "")]
    assert {one.member_sequence for one in lines} == {0}
    assert statement.lines_of(replace(silent, cause=None)) == ()
