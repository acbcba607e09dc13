"""The tool that changes the code: what it changes, and what it makes of the tests that watch."""

from __future__ import annotations

import ast
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.mutation.judge import (
    KILLED,
    SURVIVED,
    TIMED_OUT,
    UNIMPORTABLE,
    UNSEEN,
    Court,
    Verdict,
    groups,
)
from tests.mutation.mutants import mutants
from tests.mutation.results import Results
from tests.mutation.rooms import ROOT, files, room, sample
from tests.mutation.suite import SIMULATED, measured

if TYPE_CHECKING:
    from pathlib import Path

    from tests.mutation.mutants import Mutant

FILE, OTHER = "processors/age.py", "processors/other.py"
CODE = """\
LIMIT_DAYS = 30

def is_old(age_days: int) -> bool:
    return age_days >= LIMIT_DAYS

def steps(count: int) -> int:
    done = 0
    while done < count:
        done += 1
    return done
"""
OPEN = "age_days >= LIMIT_DAYS -> (age_days > LIMIT_DAYS)"
REVERSED = "age_days >= LIMIT_DAYS -> (age_days < LIMIT_DAYS)"
WEAK = """\
from processors.age import is_old, steps

def test_the_very_old_are_old():
    assert is_old(400)

def test_some_steps_are_made():
    assert steps(3)
"""
STRONG = (
    WEAK
    + """
def test_the_limit_counts():
    assert is_old(30) is True
    assert is_old(29) is False

def test_every_step_is_made():
    assert [steps(count) for count in (0, 1, 3)] == [0, 1, 3]
"""
)


def tree(to: Path, code: str, tests: str) -> Path:
    """A tree of one file and one test."""
    for name in ("processors", "projections", "tests/unit", "tests/properties", "tests/simulator"):
        (to / name).mkdir(parents=True)
    (to / FILE).write_text(code)
    (to / "pytest.ini").write_text("[pytest]\n")
    (to / "tests/unit/test_age.py").write_text(tests)
    for name in SIMULATED:
        (to / f"tests/simulator/test_{name}.py").touch()
    (to / "tests/__init__.py").touch()
    (to / "processors/__init__.py").touch()
    shutil.copytree(ROOT / "tests/mutation", to / "tests/mutation")
    return to


def found(where: Path, file: str = FILE) -> dict[str, Mutant]:
    """The mutants of a file, by what they say."""
    return {f"{one.was} -> {one.now}": one for one in mutants(where, file)}


def test_the_usual_changes_are_made(tmp_path: Path) -> None:
    """Given a few lines, each of its comparisons, figures, results and steps is changed."""
    assert list(found(tree(tmp_path, CODE, WEAK))) == [
        "30 -> (31)",
        "30 -> (29)",
        "return age_days >= LIMIT_DAYS -> return None",
        "age_days >= LIMIT_DAYS -> (age_days > LIMIT_DAYS)",
        "age_days >= LIMIT_DAYS -> (age_days < LIMIT_DAYS)",
        "0 -> (1)",
        "0 -> (-1)",
        "done < count -> (done <= count)",
        "done < count -> (done >= count)",
        "done += 1 -> done -= 1",
        "done += 1 -> pass",
        "1 -> (2)",
        "1 -> (0)",
        "return done -> return None",
    ]


@pytest.mark.parametrize(
    ("code", "changed"),
    [
        ("if a and b: pass", ["if not (a and b): pass", "if a or b: pass"]),
        ("x = not a", ["x = a"]),
        ("@kept\ndef f(a=True): ...", ["def f(a=True): ...", "@kept\ndef f(a=False): ..."]),
        ("@cache\ndef f(): ...", []),
        ("for _ in a: break", ["for _ in a: continue"]),
        ("f(a, b=c)", ["pass", "f(a)"]),
        ("total.debt = a", ["pass"]),
        ("raise KeyError(a)", ["pass"]),
        ("x = [a for a in b if a]", ["x = [a for a in b if not a]"]),
        ("x = max(a, key=b)", ["x = min(a, key=b)", "x = max(a)"]),
        ("x = 'a' + b", []),
        ("x = f'{a + 1}'", []),
        ("assert a < b", []),
        ("x: a[1] = b", []),
        ("def f() -> 'a[1]': return None", []),
        ("if TYPE_CHECKING: x = 1", []),
        ("class A(B, frozen=True, omit=True): ...",
         ["class A(B, frozen=True, omit=False): ..."]),
    ],
)  # fmt: skip
def test_changes_are_those_that_could_matter(tmp_path: Path, code: str, changed: list[str]) -> None:
    """Given a line, it is changed in these ways alone: not in types, texts and assertions."""
    where = tree(tmp_path, code, WEAK)
    source = (where / FILE).read_bytes()
    made = [one.applied(source) for one in mutants(where, FILE)]
    assert [_said(text) for text in made] == [_said(text) for text in changed]


def test_an_id_lasts_while_its_statement_does(tmp_path: Path) -> None:
    """Given lines above it, a mutant keeps its name; it is not put into a file it is not of."""
    (here, there) = (tmp_path / "here", tmp_path / "there")
    before = mutants(tree(here, CODE, WEAK), FILE)
    after = mutants(tree(there, "import json\n\n" + CODE, WEAK), FILE)
    assert [one.id for one in before] == [one.id for one in after]
    assert len({one.id for one in before}) == len(before)
    with pytest.raises(AssertionError, match="has changed"):
        before[0].applied((there / FILE).read_bytes())


def test_weak_tests_leave_survivors_that_strong_ones_kill(tmp_path: Path) -> None:
    """Given tests of the middle alone, what happens at the limit survives; else nothing does."""
    weak, strong = tree(tmp_path / "weak", CODE, WEAK), tree(tmp_path / "strong", CODE, STRONG)
    changes = [found(weak)[name] for name in ("30 -> (29)", OPEN, REVERSED)]
    court = Court(weak, measured(weak, weak))
    assert {court.quick(one).verdict for one in changes[1:]} == {KILLED, UNSEEN}
    assert _all_told(court, changes) == [SURVIVED, SURVIVED, KILLED]
    court = Court(strong, measured(strong, strong))
    assert _all_told(court, changes[:2]) == [KILLED, KILLED]
    assert (strong / FILE).read_text() == (weak / FILE).read_text() == CODE


def test_of_mutants_put_in_together_each_has_its_own_verdict(tmp_path: Path) -> None:
    """Given the same change in a file that is tested and in one that is not, one is killed."""
    where = tree(tmp_path, CODE, STRONG)
    (where / OTHER).write_text(CODE)
    (where / "tests/unit/test_other.py").write_text(WEAK.replace("age import", "other import"))
    both = [found(where, file)[OPEN] for file in (OTHER, FILE)]
    assert groups(both, 2) == [both]
    told = {one.mutant: one for one in Court(where, measured(where, where)).thorough(both)}
    assert [told[one.id].verdict for one in both] == [SURVIVED, KILLED]
    assert told[both[1].id].by == "tests/unit/test_age.py::test_the_limit_counts"


def test_what_lets_no_test_begin_takes_nobody_along(tmp_path: Path) -> None:
    """Given one with which nothing can be imported, the other has its own verdict."""
    where = tree(tmp_path, CODE, STRONG)
    (where / OTHER).write_text(CODE + "\nassert LIMIT_DAYS == 30\n")
    (where / "tests/unit/test_other.py").write_text(WEAK.replace("age import", "other import"))
    both = [found(where, OTHER)["30 -> (31)"], found(where, FILE)[OPEN]]
    told = Court(where, measured(where, where)).together(both)
    assert [one.verdict for one in told] == [UNIMPORTABLE, KILLED]


def test_what_was_measured_stays_known_of_the_lines_that_stayed(tmp_path: Path) -> None:
    """Given lines above, and another file, the tests of a line are found at its new place."""
    before, now = tree(tmp_path / "before", CODE, STRONG), tmp_path / "now"
    (now / "processors").mkdir(parents=True)
    (now / FILE).write_text("# Lines that\n# are new.\n" + CODE)
    then, later = measured(before, before), measured(before, now)
    tests = then.touching(FILE, [4], ("tests/unit",))
    assert {one.rpartition("::")[2] for one in tests} == {
        "test_the_limit_counts",
        "test_the_very_old_are_old",
    }
    assert later.touching(FILE, [6], ("tests/unit",)) == tests
    assert later.touching(OTHER, [6], ("tests/unit",)) == []


def test_what_cannot_be_imported_or_does_not_end_is_not_killed(tmp_path: Path) -> None:
    """Given a change that breaks an import, and one that never ends, no test has failed."""
    code = CODE + "\nassert LIMIT_DAYS == 30\n"
    where = tree(tmp_path, code, WEAK)
    court, changes = Court(where, measured(where, where), slack_seconds=4), found(where)
    assert court.quick(changes["30 -> (31)"]).verdict == UNIMPORTABLE
    assert court.quick(changes["done += 1 -> pass"]).verdict == TIMED_OUT


def test_a_sample_is_spread_over_all_files_and_can_grow() -> None:
    """Given a seed, each file has its share, and a larger sample goes on from a smaller one."""
    some = [file for file in files() if room(file) in {"late", "projections"}]
    few, more = sample(30, 1, some), sample(60, 1, some)
    assert more[:30] == few
    assert {one.file for one in few} == {file for file in some if mutants(ROOT, file)}
    assert sample(30, 2, some) != few


def test_results_are_kept_while_the_file_is_the_same(tmp_path: Path) -> None:
    """Given a verdict, the mutant is done; survivors come again if asked; another text is anew."""
    where = tree(tmp_path, CODE, WEAK)
    first, second, *_ = mutants(where, FILE)
    kept = Results(where, where / "results.jsonl")
    kept.add(first, Verdict(first.id, SURVIVED, "", 2))
    assert kept.left([first, second]) == [second]
    assert kept.unseen([first, second], again=False) == []
    assert kept.unseen([first, second], again=True) == [first]
    (where / FILE).write_text("# Another text.\n" + CODE)
    assert Results(where, kept.path).left([first, second]) == [first, second]


def _all_told(court: Court, changes: list[Mutant]) -> list[str]:
    return [one.verdict for group in groups(changes, 9) for one in court.thorough(group)]


def _said(text: str | bytes) -> str:
    return ast.unparse(ast.parse(text))
