"""Mistakes in program files are found in their place, each with an id that is explained."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from processors.programs.lint import PAGES
from processors.programs.load import Finding, ProgramError, check, shelves
from processors.runtime.cli import run
from processors.runtime.cli.library import library
from processors.runtime.faults import Exit

if TYPE_CHECKING:
    from pathlib import Path

SOUND = """\
program: corner-shop
time_zone: Europe/Paris
versions:
  v1:
    effective_from: 2020-01-01
    units:
      points: {scale: 0}
    earning:
      base:
        unit: points
        rate: {by_tier: {low: "1", middle: "1", high: "2"}}
        caps:
          - {amount: "100", per: day}
          - {amount: "500", per: month}
    ladders:
      status:
        tiers:
          low: {at: "0"}
          middle: {at: "100.00"}
          high: {at: "500.00"}
    promotions:
      spring: {starts: 2024-03-01, ends: 2024-04-01, multiply: "2"}
    rewards:
      mug: {unit: points, cost: "50"}
  v2:
    effective_from: 2025-01-01
    units:
      points: {scale: 0}
    earning:
      base: {unit: points}
    rewards:
      mug: {unit: points, cost: "80"}
"""

GEMS = """\
      points: {scale: 0}
      gems: {scale: 0}
    earning:
      base: {unit: points}
    redemption: {by_amount: [gems]}"""
VOUCHERS = """\
      mug: {unit: points, cost: "80"}
      note: {}
    conversions: {auto: {unit: points, threshold: "40", reward: note}}"""
HIDDEN = """\
      spring: {starts: 2024-03-01, ends: 2024-04-01, multiply: "2"}
      always: {multiply: "3"}
    stacking: best_only
"""
RATES = """\
      spring: {starts: 2024-03-01, ends: 2024-04-01, rate: "2"}
      better: {starts: 2024-02-01, ends: 2024-05-01, rate: "3"}
"""

MISTAKES = {
    "a tier that is no rung": ('"1", high', '"1", hgih', "name-unknown", 11),
    "thresholds out of order": ('{at: "500.00"}', '{at: "50.00"}', "tier-order", 20),
    "two tiers at one figure": ('{at: "500.00"}', '{at: "100.00"}', "tier-overlap", 20),
    "a lowest tier above 0": ('low: {at: "0"}', 'low: {at: "10"}', "tier-gap", 18),
    "a window that ends before it starts": ("2024-04-01", "2024-02-01", "promotion-never-runs", 22),
    "a promotion after its version": (
        "starts: 2024-03-01, ends: 2024-04-01",
        "starts: 2026-03-01, ends: 2026-04-01",
        "promotion-never-runs",
        22,
    ),
    "a window that the next version cuts": (
        "ends: 2024-04-01",
        "ends: 2025-06-01",
        "version-gap",
        22,
    ),
    "two effects": ('multiply: "2"}', 'multiply: "2", add: "5"}', "promotion-effect", 22),
    "a cap wider than its days allow": (
        '"500", per: month',
        '"9000", per: month',
        "cap-never-binds",
        14,
    ),
    "two versions on one day": ("2025-01-01", "2020-01-01", "version-overlap", 26),
    "versions out of order": ("2025-01-01", "2019-01-01", "version-order", 26),
    "another scale for points in hand": (
        "2025-01-01\n    units:\n      points: {scale: 0}",
        "2025-01-01\n    units:\n      points: {scale: 2}",
        "lots-touched",
        28,
    ),
    "a unit that nothing earns": (
        "      points: {scale: 0}\n    earning:\n      base:\n",
        "      points: {scale: 0}\n      miles: {spendable: false}\n    earning:\n      base:\n",
        "unit-never-earned",
        8,
    ),
    "a spendable unit with no use": (
        'base: {unit: points}\n    rewards:\n      mug: {unit: points, cost: "80"}',
        "base: {unit: points}\n      more: {unit: miles, measure: visit}",
        "name-unknown",
        31,
    ),
    "a reward in a unit that is not earned": (
        "      points: {scale: 0}\n    earning:\n      base: {unit: points}",
        GEMS,
        "unit-never-earned",
        29,
    ),
    "points that become vouchers before the price": (
        '      mug: {unit: points, cost: "80"}',
        VOUCHERS,
        "reward-unaffordable",
        32,
    ),
    "a rounding that gives points away": (
        "base: {unit: points}",
        "base: {unit: points, rounding: ceil}",
        "rounding-leaks",
        30,
    ),
    "refunds that are cut one by one": (
        "      base: {unit: points}\n",
        "      base: {unit: points}\n    refund: {mode: per_refund_floor}\n",
        "rounding-leaks",
        31,
    ),
    "a tender that is wanted and barred": (
        "base: {unit: points}",
        "base: {unit: points, tenders: {only: [points]}}",
        "rule-unreachable",
        30,
    ),
    "two rules on the same money": (
        "base: {unit: points}",
        'base: {unit: points}\n      again: {unit: points, rate: {points: "3"}}',
        "rule-shadowed",
        31,
    ),
    "a promotion that a better one hides": (
        '      spring: {starts: 2024-03-01, ends: 2024-04-01, multiply: "2"}\n',
        HIDDEN,
        "rule-shadowed",
        22,
    ),
    "a rolling window without its length": (
        "      status:\n        tiers:",
        "      status:\n        window: rolling\n        tiers:",
        "window-missing",
        17,
    ),
    "a price in a currency that is not booked": (
        'mug: {unit: points, cost: "80"}',
        'mug: {unit: points, cost: "80", currency: USD}\n    currencies: [EUR]',
        "name-unknown",
        32,
    ),
    "one attribute for two tiers": (
        'middle: {at: "100.00"}\n          high: {at: "500.00"}',
        "middle: {attribute: {vip: true}}\n          high: {attribute: {vip: true}}",
        "tier-overlap",
        20,
    ),
    "an event that a dearer one hides": (
        '      spring: {starts: 2024-03-01, ends: 2024-04-01, multiply: "2"}\n',
        RATES,
        "rule-shadowed",
        22,
    ),
    "a key with a typo": ('cost: "80"', 'costs: "80"', "language", 32),
    "a finding accepted that is none": (
        "time_zone: Europe/Paris\n",
        "time_zone: Europe/Paris\naccepts: {cap-never-bind: {caps: typo}}\n",
        "name-unknown",
        3,
    ),
}


def found(tmp_path: Path, text: str) -> list[Finding]:
    """What the check says of a file."""
    file = tmp_path / "program.yaml"
    file.write_text(text, "utf-8")
    try:
        return check(file)
    except ProgramError as error:
        return list(error.findings)


def test_a_sound_program_has_no_findings(tmp_path: Path) -> None:
    """Nothing is found where nothing is wrong."""
    assert found(tmp_path, SOUND) == []


@pytest.mark.parametrize("name", MISTAKES)
def test_a_planted_mistake_is_found_in_its_line(tmp_path: Path, name: str) -> None:
    """The finding has the mistake's id and line, and nothing else of that kind is reported."""
    before, after, expected, line = MISTAKES[name]
    assert before in SOUND
    findings = found(
        tmp_path, SOUND.replace(before, after, 1) if line < 26 else swap(before, after)
    )
    assert (expected, line) in [(finding.id, finding.line) for finding in findings]
    assert all(finding.id in PAGES for finding in findings)


def swap(before: str, after: str) -> str:
    """The sound program with its last such words replaced."""
    head, _, tail = SOUND.rpartition(before)
    return head + after + tail


def test_an_accepted_finding_is_silent(tmp_path: Path) -> None:
    """The file says what is meant, where, and why; the same finding elsewhere is still told."""
    text = swap("base: {unit: points}", "base: {unit: points, rounding: ceil}")
    zone = "time_zone: Europe/Paris\n"
    leaks = f"{zone}accepts: {{rounding-leaks: {{earning.base.rounding: published so}}}}\n"
    assert [finding.id for finding in found(tmp_path, text)] == ["rounding-leaks"]
    assert found(tmp_path, text.replace(zone, leaks)) == []
    elsewhere = text.replace(zone, leaks.replace("earning.base", "versions.v1.earning.base"))
    assert [finding.id for finding in found(tmp_path, elsewhere)] == [
        "accepts-nothing",
        "rounding-leaks",
    ]


def test_every_program_here_is_in_order() -> None:
    """What the checks find in the programs here is accepted in them, with a reason."""
    files = [file for shelf in shelves() for file in sorted(shelf.glob("*/program.yaml"))]
    assert files
    assert [finding.at(file) for file in files for finding in check(file)] == []


def test_all_programs_here_are_checked_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    """And all of them are in order; without a name or `--all` there is nothing to check."""
    assert run(["program", "check", "--all"]) == Exit.DONE
    assert capsys.readouterr().out.count("is in order") == len(library())
    assert run(["program", "check"]) == Exit.USAGE
