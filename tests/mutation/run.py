"""A sample of mutants one after the other: how far they are, and where to go on."""

from __future__ import annotations

import json
import shutil
import signal
import time
from itertools import chain
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tests.mutation.judge import Court, groups
from tests.mutation.results import Results
from tests.mutation.rooms import ROOT
from tests.mutation.suite import measured
from tests.planted.tree import copied

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tests.mutation.judge import Verdict
    from tests.mutation.mutants import Mutant
    from tests.mutation.suite import Suite

HOME = ROOT / ".mutation"
INTERRUPTED = 130
TOGETHER = 60
"""So many mutants are put in at once for all tests: few are seen at that stage."""


def results() -> Results:
    """Those of this checkout."""
    return Results(ROOT, HOME / "results.jsonl")


def run(sample: list[Mutant], part: tuple[int, int], *, again: bool, anew: bool) -> int:
    """Judge what is left of a sample, or each `part[1]`-th of it; exit code 130 if interrupted."""
    HOME.mkdir(exist_ok=True)
    kept, (which, count) = results(), part
    mine = sample[which::count]
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        court = Court(_fresh(HOME / f"tree-{which}"), suite_of_now(anew=anew))
        left = kept.left(mine)
        _tell(left, kept, map(court.quick, left))
        unseen = kept.unseen(mine, again=again)
        _tell(unseen, kept, chain.from_iterable(map(court.together, groups(unseen, TOGETHER))))
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


def suite_of_now(*, anew: bool = False) -> Suite:
    """What the tests ran when that was measured: it says whom to ask first, which stays true."""
    tree = HOME / "measured"
    if anew:
        shutil.rmtree(tree, ignore_errors=True)
    return measured(tree if tree.exists() else copied(tree), ROOT)


def _tell(left: list[Mutant], kept: Results, verdicts: Iterable[Verdict]) -> None:
    """Keep each verdict as it comes, and say how many are left."""
    began, console, mutants = time.monotonic(), Console(), {one.id: one for one in left}
    columns = (TextColumn("mutants"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=len(left))
        for done, verdict in enumerate(verdicts, 1):
            mutant = mutants[verdict.mutant]
            kept.add(mutant, verdict)
            bar.advance(task)
            if not console.is_terminal:
                _say(mutant, verdict, f"{done}/{len(left)}", time.monotonic() - began)


def _say(mutant: Mutant, verdict: Verdict, done: str, seconds: float) -> None:
    place = f"{mutant.file}:{mutant.line}"
    said = verdict._asdict() | {"place": place, "was": mutant.was, "now": mutant.now}
    print(json.dumps({"done": done, "seconds": round(seconds)} | said), flush=True)


def _fresh(tree: Path) -> Path:
    """Whatever an interrupted run left in it is gone."""
    shutil.rmtree(tree, ignore_errors=True)
    return copied(tree)
