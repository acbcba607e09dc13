"""What the suite is worth, as tests/mutation/README.md says it: the score, and each survivor."""

from __future__ import annotations

import subprocess
import tomllib
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.mutation.judge import BROKEN, KILLED, SURVIVED, TIMED_OUT, UNIMPORTABLE, UNSEEN
from tests.mutation.rooms import LEFT, ROOT, population, room

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.mutation.judge import Verdict
    from tests.mutation.mutants import Mutant

HERE = Path(__file__).parent
README = HERE / "README.md"
REASONS = HERE / "survivors.toml"
BEGIN, END = "<!-- report: begin -->", "<!-- report: end -->"
COLUMNS = (KILLED, SURVIVED, UNSEEN, TIMED_OUT, UNIMPORTABLE, BROKEN)


class Judged(NamedTuple):
    """A mutant with its verdicts, the latest last."""

    mutant: Mutant
    verdicts: list[Verdict]

    @property
    def verdict(self) -> str:
        """The one that counts."""
        return self.verdicts[-1].verdict

    @property
    def survived_once(self) -> bool:
        """A test that was written since then kills it."""
        return self.verdict == KILLED and SURVIVED in {one.verdict for one in self.verdicts}


def written(sample: list[Mutant], known: Mapping[str, list[Verdict]], seed: int) -> str:
    """The page with the report in its place."""
    done = [Judged(one, known[one.id]) for one in sample if one.id in known]
    before, _, rest = README.read_text("utf-8").partition(BEGIN)
    lines = [BEGIN, "", _head(done, seed), "", *_scores(done), "", *_survivors(done), ""]
    lines += [*_killed_since(done), "", *_left(), "", END]
    return before + "\n".join(lines) + rest.partition(END)[2]


def _head(done: list[Judged], seed: int) -> str:
    commit = subprocess.run(
        ["git", "log", "-1", "--format=%h", "--", "processors", "projections"],  # noqa: S607 - git
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    among = sum(population().values())
    return f"Seed {seed}, {len(done)} of {among} mutants, of the code at commit {commit}."


def _scores(done: list[Judged]) -> list[str]:
    by_room: dict[str, list[Judged]] = defaultdict(list)
    for one in done:
        by_room[room(one.mutant.file)].append(one)
    counted = population()
    return [
        f"| package | of | judged | {' | '.join(COLUMNS)} | score |",
        "| --- |" + " ---: |" * (len(COLUMNS) + 3),
        *(_row(name, counted[name], by_room[name]) for name in sorted(by_room)),
        _row("**all**", sum(counted.values()), done),
    ]


def _row(name: str, among: int, done: list[Judged]) -> str:
    counts = Counter(one.verdict for one in done)
    rated = counts[KILLED] + counts[SURVIVED] + counts[UNSEEN]
    score = f"{100 * counts[KILLED] // rated} %" if rated else ""
    cells = [name, among, len(done), *(counts[column] for column in COLUMNS), score]
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def _survivors(done: list[Judged]) -> list[str]:
    reasons = tomllib.loads(REASONS.read_text("utf-8"))
    told = {mutant: (kind, why) for kind, some in reasons.items() for mutant, why in some.items()}
    lines = ["| survivor | would say | | because |", "| --- | --- | --- | --- |"]
    for one in sorted(done):
        if one.verdict in {SURVIVED, UNSEEN}:
            unknown = ("unseen", "") if one.verdict == UNSEEN else ("open", "not explained")
            kind, why = told.get(one.mutant.id, unknown)
            lines.append(f"{_place(one.mutant)} {kind} | {why} |")
    return lines


def _killed_since(done: list[Judged]) -> list[str]:
    lines = ["| survived at first | would say | seen by |", "| --- | --- | --- |"]
    return lines + [
        f"{_place(one.mutant)} `{one.verdicts[-1].by.rpartition('::')[2]}` |"
        for one in sorted(done)
        if one.survived_once
    ]


def _place(mutant: Mutant) -> str:
    was, now = (_short(text) for text in (mutant.was, mutant.now or "nothing"))
    return f"| `{mutant.id}` {mutant.file}:{mutant.line} `{was}` | `{now}` |"


def _short(text: str) -> str:
    plain = " ".join(text.split()).replace("|", "\\|")
    return plain if len(plain) < 100 else plain[:97] + "..."


def _left() -> list[str]:
    lines = ["| not mutated | because |", "| --- | --- |"]
    return lines + [f"| `{path}` | {why} |" for path, why in LEFT.items()]
