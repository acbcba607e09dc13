"""What an event would do, without a broker."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from processors.programs.load import find
from processors.runtime.cli import run
from processors.runtime.faults import Exit


def event(name: str, time: str, amount: int) -> dict[str, object]:
    """An order of one dress and its shipping."""
    return {
        "specversion": "1.0",
        "id": name,
        "source": "shop",
        "type": "commerce.purchase.completed.v1",
        "time": time,
        "subject": "ana",
        "data": {
            "order_id": name,
            "currency": "USD",
            "lines": [
                {"line_id": "1", "sku": "dress", "amount_minor": amount},
                {"line_id": "2", "sku": "post", "kind": "shipping", "amount_minor": 900},
            ],
        },
    }


def files(folder: Path) -> list[str]:
    """The member's life so far, and the event in question."""
    history, asked = folder / "ana.jsonl", folder / "order.json"
    history.write_text(json.dumps(event("O1", "2026-03-02T12:00:00-05:00", 40_000)) + "\n")
    asked.write_text(json.dumps(event("O2", "2026-03-20T12:00:00-04:00", 20_000), indent=2))
    return ["program", "preview", "starter", "--member", str(history), "--event", str(asked)]


def test_it_shows_lines_rules_and_what_comes_next(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What earns and what does not, what fired and what did not, next tier and next reward."""
    assert run(files(tmp_path)) == Exit.DONE
    shown = capsys.readouterr().out
    assert "points.pended  200 points by base" in shown
    assert "missed     double_june  starts on 2026-06-01" in shown
    assert "fired      base  on 200.00, rate 1\n" in shown
    assert "│ 1    │ dress           │ 200.00 │    200 │" in shown
    assert "│ 2    │ post (shipping) │   9.00 │        │ no rule looks at shipping │" in shown
    assert "│      │                 │ in all │    200 │" in shown
    assert "next tier: status gold, 1400.00 spend to go (of 2000.00 spend)" in shown
    assert "next reward: five_off, 100 points to go (of 500 points)" in shown


def test_it_can_happen_at_another_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In June the promotion runs."""
    assert run([*files(tmp_path), "--at", "2026-06-20T12:00:00-04:00"]) == Exit.DONE
    assert "points.pended  400 points by base" in capsys.readouterr().out


def test_what_happened_later_is_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The member is who he was at the time that is asked about."""
    assert run([*files(tmp_path), "--at", "2026-02-20T12:00:00-05:00"]) == Exit.DONE
    shown = capsys.readouterr().out
    assert "pending 200" in shown
    assert "1 events of" in shown


@pytest.mark.parametrize(
    ("promotion", "why"),
    [
        ("starts: 2026-03-21", "starts on 2026-03-21"),
        ("ends: 2026-03-20", "ended with 2026-03-20"),
        ("weekdays: [monday]", "runs on monday only"),
        ('hours: ["08:00", "12:00"]', "runs from 08:00 to 12:00 only"),
        ("birthday: month", "is not in the birthday's month, or the date was told too late"),
        ("chosen_days: {times: 1, per: month}", "is for days that the member chose"),
        ("opt_in: true", "is for members who opted in"),
        ("when: {tiers: [gold]}", "is for gold, and the member is bronze"),
        ("when: {channels: [app]}", "is for app, and this came by online"),
        ("when: {plan: plus}", "is for members with the plan plus"),
        ("when: {order: {gift: true}}", "asks for gift true, and here it is not set"),
        ("when: {member: {vip: true}}", "is for members with vip true, and here it is not set"),
        ("when: {member_not: {vip: true}, without_plan: x, channels: [a, b]}", "is for a or b"),
        ('when: {minimum: "300.00"}', "needs 300.00 of what it looks at"),
        ("when: {expression: event.lines > 5}", "asks for event.lines > 5"),
    ],
)
def test_a_promotion_that_does_not_run_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], promotion: str, why: str
) -> None:
    """The first of the things that it asks for and does not find."""
    words = files(tmp_path)
    text = find("starter").read_text("utf-8")
    file = tmp_path / "program.yaml"
    file.write_text(text.replace("starts: 2026-06-01, ends: 2026-07-01", promotion), "utf-8")
    assert run([*words[:2], str(file), *words[3:]]) == Exit.DONE
    assert f"missed     double_june  {why}" in capsys.readouterr().out


def test_a_promotion_that_is_not_for_the_member_says_what_he_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Given an attribute that a promotion bars, it is named."""
    words = files(tmp_path)
    staff = event("P1", "2026-03-01T12:00:00-05:00", 1) | {
        "type": "loyalty.member.profile_changed.v1",
        "data": {"attributes": {"role": "staff"}},
    }
    (tmp_path / "ana.jsonl").write_text(json.dumps(staff) + "\n")
    file = tmp_path / "program.yaml"
    barred = "when: {member: {role: staff}, member_not: {role: staff}}"
    for said, why in (
        ("when: {member_not: {role: staff}}", "is not for members with role staff"),
        (barred, "is not for members with role staff"),
    ):
        text = find("starter").read_text("utf-8")
        file.write_text(text.replace("starts: 2026-06-01, ends: 2026-07-01", said), "utf-8")
        assert run([*words[:2], str(file), *words[3:]]) == Exit.DONE
        assert f"missed     double_june  {why}" in capsys.readouterr().out


def test_the_shares_of_lines_add_up_to_what_is_posted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Alone they would earn 10, 10 and 3; together it is 25, and the largest rests go first."""
    words = files(tmp_path)
    asked = event("O2", "2026-03-20T12:00:00-04:00", 1099)
    lines = [
        {"line_id": name, "sku": name, "amount_minor": amount}
        for name, amount in (("a", 1075), ("b", 1075), ("c", 399))
    ]
    asked["data"] = {"order_id": "O2", "currency": "USD", "lines": lines}
    (tmp_path / "order.json").write_text(json.dumps(asked))
    assert run(words) == Exit.DONE
    shown = capsys.readouterr().out
    assert "points.pended  25 points by base" in shown
    kept = [row.split("│") for row in shown.splitlines() if row.startswith("│")]
    assert [row[4].strip() for row in kept] == ["11", "10", "4", "25"]


def test_what_is_given_for_the_order_stands_beside_its_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A visit has no share for each line; an activity brings a reward nearer."""
    words = files(tmp_path)
    assert run([*words[:2], "square-visits", *words[5:]]) == Exit.DONE
    assert "│      │ the order       │        │      1 │" in capsys.readouterr().out
    history = tmp_path / "ana.jsonl"
    enrolled = event("E1", "2026-03-01T12:00:00-05:00", 1) | {"data": {}}
    history.write_text(json.dumps(enrolled | {"type": "loyalty.member.enrolled.v1"}))
    ran = event("R1", "2026-03-20T12:00:00-04:00", 1) | {"type": "engagement.activity.recorded.v1"}
    (tmp_path / "order.json").write_text(
        json.dumps(ran | {"data": {"activity": "run", "quantity": "30.5"}})
    )
    assert run([*words[:2], "nike-membership", *words[3:]]) == Exit.DONE
    assert "next reward: run_100km, 69.5 run to go (of 100 run)" in capsys.readouterr().out
    history.write_text("")
    assert run([*words[:2], "nike-membership", *words[3:]]) == Exit.DONE
    shown = capsys.readouterr().out
    assert "refused    not_enrolled  the program asks members to enrol first" in shown


def test_points_for_each_unit_are_shared_by_units(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Seven stars a book: two of one, one of another, and none for the pen."""
    words = files(tmp_path)
    asked = event("O2", "2026-10-20T12:00:00+02:00", 1)
    lines = [
        {"line_id": sku, "sku": sku, "category": kind, "quantity": count, "amount_minor": 900}
        for sku, kind, count in (("atlas", "book", 2), ("pen", "desk", 5), ("novel", "book", 1))
    ]
    asked["data"] = {"order_id": "O2", "currency": "EUR", "lines": lines}
    (tmp_path / "order.json").write_text(json.dumps(asked))
    program = str(Path(__file__).parent / "ideas" / "program.yaml")
    assert run([*words[:2], program, *words[5:]]) == Exit.DONE
    shown = capsys.readouterr().out
    assert "│ atlas │ atlas     │   9.00 │      9 │        14 │       │" in shown
    assert "│ pen   │ pen       │   9.00 │      9 │           │       │" in shown
    assert "│ novel │ novel     │   9.00 │      9 │         7 │       │" in shown
    assert "│       │ the order │        │        │           │     5 │" in shown


def test_a_rule_that_finds_too_little_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Half a dollar is not one point."""
    words = files(tmp_path)
    (tmp_path / "order.json").write_text(json.dumps(event("O2", "2026-03-20T12:00:00-04:00", 50)))
    assert run(words) == Exit.DONE
    why = "finds no line or payment that earns, or too little for one point"
    assert f"missed     base  {why}" in capsys.readouterr().out


def test_a_broken_event_is_named_with_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And nothing is previewed."""
    words = files(tmp_path)
    (tmp_path / "order.json").write_text('{"specversion": "1.0"}')
    assert run(words) == Exit.USAGE
    assert "order.json:1" in capsys.readouterr().err


def test_every_finding_has_a_page(capsys: pytest.CaptureFixture[str]) -> None:
    """By its id; without one, they are listed."""
    assert run(["program", "explain"]) == Exit.DONE
    names = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    for name in names:
        assert run(["program", "explain", name]) == Exit.DONE
        assert len(capsys.readouterr().out) > 120
    assert run(["program", "explain", "nothing"]) == Exit.USAGE
