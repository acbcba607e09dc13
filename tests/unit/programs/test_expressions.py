"""Expressions: what they compare, and what is said of those that cannot be understood."""

from __future__ import annotations

from pathlib import Path

import pytest

from processors.accounts.items import Frozen, Order, OrderLine
from processors.engine import engine_of
from processors.examples import load, play
from processors.examples.report import lines
from processors.programs.expressions import ExpressionError, compile_expression
from processors.programs.load import check, read
from processors.programs.load import load as load_program

FILES = sorted(Path(__file__).parent.glob("*/program.yaml"))
IDEAS = Path(__file__).parent / "ideas" / "program.yaml"
VERSION = read(IDEAS).versions["v1"]
ORDER = Order(
    time=0,
    version="v1",
    currency="EUR",
    lines=(OrderLine("1", "coat", 6000, kept_minor=6000, kept_quantity=2, tags=("new", "wool")),),
    frozen=Frozen(
        tiers={"level": "friend"},
        plans=("plus",),
        attributes={"age": 40, "vip": True},
        facts={"counters.visits": 3, "time.clock": 16 * 60, "time.date": 738_000},
    ),
    attributes={"gift": True, "floor": 2, "till": "west"},
    tenders={"card": 6000},
)
LINE = ORDER.lines[0]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.parent.name)
def test_ideas_composed_do_what_their_examples_say(file: Path) -> None:
    """Conditions, counters, merges, retroactive versions, in ways that no program here uses."""
    assert len(FILES) > 2
    assert check(file) == []
    examples = load(file.with_name("examples.yaml").read_text("utf-8"))
    results = play(examples, load_program(str(file)), engine_of)
    assert [line for one in results if not one.holds for line in lines(one)] == []


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("event.spend >= 60.00", True),
        ("60 > event.spend", False),
        ("event.quantity == 2 and event.lines < 2", True),
        ('event.currency != "EUR" or event.channel == "online"', True),
        ('not (event.currency == "EUR" and "card" in event.tenders)', False),
        ('tier.level in ["guest", "friend"]', True),
        ('tier.level not in ["guest"]', True),
        ('"plus" in member.plans and member.attributes.age >= 18', True),
        ("member.attributes.vip and not event.attributes.wrapped", True),
        ('event.attributes.floor == 2 and event.attributes.till == "west"', True),
        ("event.attributes.till > 3", False),
        ("event.attributes.missing < 3 or event.attributes.missing >= 3", False),
        ("event.attributes.vip == 1", False),
        ('counters.visits > 2 and time.clock < "16:01"', True),
        ("time.date >= 2026-01-01", False),
        ("balance.points == 0", False),
    ],
)
def test_an_order_meets_it_or_not(text: str, holds: bool) -> None:  # noqa: FBT001 - a table's column
    """Facts of the event, the member, the tiers, the time, the counters."""
    assert compile_expression(text, VERSION, "order")(ORDER, None) is holds


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ('"wool" in line.tags and line.amount > 59.99', True),
        ('line.sku == "coat" and line.quantity >= 3', False),
        ('line.brand == "acme"', False),
        ('line.brand not in ["acme"]', True),
    ],
)
def test_a_line_meets_it_or_not(text: str, holds: bool) -> None:  # noqa: FBT001 - a table's column
    """Facts of the line alone."""
    assert compile_expression(text, None, "line")(ORDER, LINE) is holds


@pytest.mark.parametrize(
    ("text", "where", "said"),
    [
        ("event.spent > 1", "order", "did you mean event.spend?"),
        ("event.spend > 1", "activity", "is no fact that can be asked here"),
        ("event.spend > 1", "line", "is no fact that can be asked here"),
        ("tier.status == 1", "order", "is no fact that can be asked here"),
        ("tier.level == gold", "order", "gold is no fact"),
        ("tier.level == 2", "order", "tier.level is a text, 2 is a number"),
        ('tier.level > "gold"', "order", "texts are == or !="),
        ("event.spend >= 5.001", "order", "must not have more than 2 decimal places"),
        ("event.quantity > 1.5", "order", "must not have more than 0 decimal places"),
        ("time.date > 2026-02-30", "order", "2026-02-30 is no date"),
        ('time.clock > "25:00"', "order", "is no time of day"),
        ("event.spend > time.month", "order", "they cannot be compared"),
        ("event.spend", "order", "compare it with something"),
        ("1 < 2", "order", "one side must be a fact"),
        ('"gold"', "order", "should be a comparison"),
        ("event.spend = 5", "order", "`=` (character 13) is no part of an expression"),
        ("event.spend > 5 event.lines > 1", "order", "join conditions with `and` or `or`"),
        ("(event.spend > 5", "order", "the end (character 17) should be `)`"),
        ("event.channel in [app]", "order", "a list holds values"),
        ("event.channel in event.currency", "order", "`in` asks for several"),
        ("event.attributes.x == 1.5", "order", "attributes are whole numbers"),
        ("", "order", "stands where a fact or a value should"),
    ],
)
def test_what_is_wrong_with_it_is_said(text: str, where: str, said: str) -> None:
    """The word, its place, and what would be right."""
    with pytest.raises(ExpressionError) as caught:
        compile_expression(text, VERSION, where)
    assert said in str(caught.value)
