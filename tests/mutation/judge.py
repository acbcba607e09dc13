"""Mutants before their judges: put in, tried, taken out."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from tests.mutation.suite import PURE, WHOLE, ran

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from tests.mutation.mutants import Mutant
    from tests.mutation.suite import Ran, Suite

KILLED = "killed"
UNSEEN = "unseen"
"""By the quick tests that run it; all others are still to be asked."""
SURVIVED = "survived"
TIMED_OUT = "timed out"
UNIMPORTABLE = "does not import"
BROKEN = "broken"
"""Pytest itself came to an end that says nothing about the mutant."""

QUICK_SECONDS = 4
"""So much of a core may the tests take that are asked first, as measured without a mutant."""
ALONE_SECONDS = 20
"""The same, for tests that failed with a mutant among others."""
SLACK_SECONDS = 20
SLOWER = 3
"""A mutant may take this many times as long, and the slack, before it has timed out."""


class Verdict(NamedTuple):
    """What became of a mutant, the test that saw it, and how many tests run its lines."""

    mutant: str
    verdict: str
    by: str
    tests: int


class Court:
    """Tests in a tree of their own, which is as it was after each verdict."""

    def __init__(self, tree: Path, suite: Suite, slack_seconds: int = SLACK_SECONDS) -> None:
        self.tree, self.suite, self.slack_seconds = tree, suite, slack_seconds

    def quick(self, mutant: Mutant) -> Verdict:
        """The verdict of the tests that run the mutant's lines, the quickest first."""
        touching = self._touching(mutant)
        found, failed = self._tried([mutant], self.suite.within(QUICK_SECONDS, touching))
        return self._verdict(mutant, UNSEEN if found == SURVIVED else found, failed)

    def together(self, mutants: list[Mutant]) -> Iterator[Verdict]:
        """The verdicts of all tests on mutants of the same judges; some let no test begin."""
        unfit = list(self._unimportable(mutants))
        yield from unfit
        left = [one for one in mutants if one.id not in {told.mutant for told in unfit}]
        if left:
            yield from self.thorough(left)

    def _unimportable(self, mutants: list[Mutant]) -> Iterator[Verdict]:
        """The verdicts on those with which tests cannot be collected."""
        with _put_in(self.tree, mutants):
            done = ran(self.tree, {}, ["--collect-only", *judges(mutants[0])])
        if done.code and len(mutants) == 1:
            yield self._verdict(mutants[0], UNIMPORTABLE, [])
        elif done.code:
            half = len(mutants) // 2
            yield from self._unimportable(mutants[:half])
            yield from self._unimportable(mutants[half:])

    def thorough(self, mutants: list[Mutant], tests: list[str] | None = None) -> Iterator[Verdict]:
        """The verdicts of these tests, or of all, on mutants of the same judges, put in together.

        When all pass, each mutant survives. Tests that fail are run with each mutant alone whose
        lines they run, and again with those together for which none of them fails. When they see
        none alone, or something else has gone wrong, halves are judged.
        """
        found, failed = self._tried(mutants, tests)
        if found == SURVIVED or len(mutants) == 1:
            yield from (self._verdict(one, found, failed) for one in mutants)
            return
        left = list(mutants)
        if found == KILLED:
            tests = failed
            for one in mutants:
                if by := self._seen(one, failed):
                    left.remove(one)
                    yield self._verdict(one, KILLED, by)
        half = len(left) // 2 if len(left) == len(mutants) else len(left)
        for some in (left[:half], left[half:]):
            if some:
                yield from self.thorough(some, tests)

    def _seen(self, mutant: Mutant, failed: list[str]) -> list[str]:
        """The first of these tests that fails with the mutant alone, of those that may run it."""
        near = set(self._touching(mutant)) | {
            one for one in failed if one not in self.suite.seconds
        }
        some = self.suite.within(ALONE_SECONDS, self.suite.ordered(near.intersection(failed)))
        found, by = self._tried([mutant], some)
        return by if found == KILLED else []

    def _touching(self, mutant: Mutant) -> list[str]:
        return self.suite.touching(mutant.file, mutant.lines, judges(mutant))

    def _verdict(self, mutant: Mutant, found: str, failed: list[str]) -> Verdict:
        return Verdict(mutant.id, found, next(iter(failed), ""), len(self._touching(mutant)))

    def _tried(self, mutants: list[Mutant], tests: list[str] | None) -> tuple[str, list[str]]:
        """What these tests, or all, say with the mutants put in; of one, the first that fails."""
        if tests == []:
            return SURVIVED, []
        rooms = judges(mutants[0])
        cost = self.suite.cost(tests if tests is not None else self.suite.seconds)
        plan = {"tests": tests, "seconds": round(self.slack_seconds + SLOWER * cost)}
        where = rooms if tests is None else dict.fromkeys(one.partition("::")[0] for one in tests)
        with _put_in(self.tree, mutants):
            done = ran(self.tree, plan, ["-x", *where] if len(mutants) == 1 else [*where])
        return verdict(done), done.failed


def verdict(ran: Ran) -> str:
    """What pytest's exit says of a mutant: 1, 2 or 4 if tests cannot be collected with it."""
    if ran.code < 0:
        return TIMED_OUT
    if ran.code == 1 and ran.failed:
        return KILLED
    if ran.code in {1, 2, 4}:
        return UNIMPORTABLE
    return SURVIVED if ran.code in {0, 5} else BROKEN


def judges(mutant: Mutant) -> tuple[str, ...]:
    """The runtime is judged by the simulator too; the core must do without its patience."""
    return WHOLE if mutant.file.startswith("processors/runtime") else PURE


def groups(mutants: Iterable[Mutant], size: int) -> list[list[Mutant]]:
    """Mutants that can be put in together: of the same judges, and each of another file.

    Two in one place could make up for each other, and pass for survivors.
    """
    made: list[list[Mutant]] = []
    for one in mutants:
        for group in made:
            if len(group) < size and all(_go_together(one, other) for other in group):
                group.append(one)
                break
        else:
            made.append([one])
    return made


def _go_together(one: Mutant, other: Mutant) -> bool:
    return one.file != other.file and judges(one) == judges(other)


@contextmanager
def _put_in(tree: Path, mutants: list[Mutant]) -> Iterator[None]:
    before = {one.file: (tree / one.file).read_bytes() for one in mutants}
    try:
        for one in mutants:
            _write(tree / one.file, one.applied(before[one.file]))
        yield
    finally:
        for file, source in before.items():
            _write(tree / file, source)


def _write(file: Path, source: bytes) -> None:
    """What was compiled from it before is gone: a change may be within one second, of one size."""
    file.write_bytes(source)
    for compiled in file.parent.glob(f"__pycache__/{file.stem}.*.pyc"):
        compiled.unlink()
