"""The tests that judge, run in a copy of the tree; and which of them run which line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import defaultdict
from contextlib import suppress
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any, NamedTuple

from coverage import CoverageData

from tests.mutation.plugin import VARIABLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

PURE = ("tests/unit", "tests/properties")
SIMULATED = ("scenarios", "brokers", "histories", "saving", "upgrades")
WHOLE = (*PURE, *(f"tests/simulator/test_{name}.py" for name in SIMULATED))
PLUGIN = ("-p", "no:cacheprovider", "-p", "tests.mutation.plugin")
PYTEST = ("-m", "pytest", "-q", "--tb=line", *PLUGIN)
UNBOUNDED = ("-o", "timeout=0")
"""Limits are set here, so that a test which hangs is no test that failed."""
WALL_SECONDS = 1_800


class Ran(NamedTuple):
    """How pytest ended, by exit code or signal, what it told, and the seconds that it took."""

    code: int
    failed: list[str]
    times: Mapping[str, float]
    printed: str
    seconds: float


def ran(
    tree: Path, plan: dict[str, Any], arguments: Iterable[str], *, measured: bool = False
) -> Ran:
    """Pytest in a tree, in a process group of its own, which is ended after its time."""
    path = tree / "mutation"
    path.with_suffix(".plan").write_text(json.dumps(plan), "utf-8")
    path.with_suffix(".told").unlink(missing_ok=True)
    cover = ("-m", "coverage", "run", f"--rcfile={tree / 'tests/mutation/coverage.ini'}")
    begin = [sys.executable, *(cover if measured else ()), *PYTEST, *UNBOUNDED]
    began = time.monotonic()
    process = subprocess.Popen(  # noqa: S603 - our own command
        [*begin, f"--basetemp={tree / 'tmp'}", *arguments],
        cwd=tree,
        env=os.environ | {"CI": "1", "PYTHONHASHSEED": "0", VARIABLE: str(path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        printed = process.communicate(timeout=WALL_SECONDS)[0]
    except BaseException as reason:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        if not isinstance(reason, subprocess.TimeoutExpired):
            raise
        printed = ""
    told: dict[str, Any] = {"failed": [], "seconds": {}}
    if path.with_suffix(".told").exists():
        told = json.loads(path.with_suffix(".told").read_text("utf-8"))
    took = time.monotonic() - began
    return Ran(process.returncode, told["failed"], told["seconds"], printed, round(took, 1))


class Suite:
    """Which tests ran a line when that was measured, in `tree`, and what each cost.

    It is asked of the lines of `now`: where a file has changed since, of those that stayed.
    """

    def __init__(
        self, seconds: Mapping[str, float], data: CoverageData, tree: Path, now: Path
    ) -> None:
        self.seconds, self.data = seconds, data
        self.tree, self.now = tree, now
        self.lines: dict[str, dict[int, list[str]]] = {}

    def touching(self, file: str, lines: Iterable[int], rooms: tuple[str, ...]) -> list[str]:
        """The tests of these rooms that run one of these lines, quickest first.

        Of a line that runs when its file is imported, all that run anything in the file.
        """
        if file not in self.lines:
            self.lines[file] = self._known(file)
        known = self.lines[file]
        tests = {name for line in lines for name in known.get(line, ())} - {""}
        if not tests and any(line in known for line in lines):
            tests = {name for names in known.values() for name in names} - {""}
        return self.ordered(name for name in tests if name.startswith(rooms))

    def _known(self, file: str) -> dict[int, list[str]]:
        """Tests by the lines of the file as it is now."""
        measured = self.data.contexts_by_lineno(file)
        then, now = (
            (tree / file).read_text("utf-8").splitlines() if (tree / file).exists() else []
            for tree in (self.tree, self.now)
        )
        if then == now:
            return measured
        stayed = SequenceMatcher(None, now, then, autojunk=False).get_matching_blocks()
        return {
            block.a + step: measured[block.b + step]
            for block in stayed
            for step in range(1, block.size + 1)
            if block.b + step in measured
        }

    def ordered(self, tests: Iterable[str]) -> list[str]:
        """File by file, so that what a file's tests share is made once; the quickest first."""
        by_file: dict[str, list[str]] = defaultdict(list)
        for name in tests:
            by_file[name.partition("::")[0]].append(name)
        mean = {file: self.cost(names) / len(names) for file, names in by_file.items()}
        return [
            name
            for file in sorted(by_file, key=lambda file: (mean[file], file))
            for name in sorted(by_file[file], key=lambda name: (self.seconds.get(name, 0), name))
        ]

    def within(self, seconds: float, tests: Iterable[str]) -> list[str]:
        """As many of the tests, from the first on, as take no longer than this; one at least."""
        chosen: list[str] = []
        for name in tests:
            seconds -= self.seconds.get(name, 0)
            if chosen and seconds < 0:
                break
            chosen.append(name)
        return chosen

    def cost(self, tests: Iterable[str]) -> float:
        """Seconds of a core."""
        return sum(self.seconds.get(name, 0) for name in tests)


def measured(tree: Path, now: Path) -> Suite:
    """Run all tests of an unspoilt tree, if need be. Raises RuntimeError when one fails."""
    tests = tree / "measured.json"
    if not tests.exists():
        done = ran(tree, {}, WHOLE, measured=True)
        if done.code:
            raise RuntimeError(f"without a mutant, tests fail:\n{done.printed[-2_000:]}")
        tests.write_text(json.dumps(done.times), "utf-8")
    data = CoverageData(str(tree / ".coverage"))
    data.read()
    return Suite(json.loads(tests.read_text("utf-8")), data, tree, now)
